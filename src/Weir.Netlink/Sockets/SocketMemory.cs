using Weir.Netlink.Protocol;

namespace Weir.Netlink.Sockets;

/// <summary>A socket's memory in bytes, and its drops: what <c>ss -m</c> shows (include/uapi/linux/sock_diag.h: SK_MEMINFO_).</summary>
/// <param name="Receive">r: waits to be read.</param>
/// <param name="ReceiveLimit">rb: SO_RCVBUF.</param>
/// <param name="Send">t: waits to be sent, or is being sent.</param>
/// <param name="SendLimit">tb: SO_SNDBUF.</param>
/// <param name="Forward">f: taken from the system in advance.</param>
/// <param name="Queued">w: written and not sent.</param>
/// <param name="Options">o: for options and filters.</param>
/// <param name="Backlog">bl: came while the socket was in use.</param>
/// <param name="Drops">d: packets that were dropped.</param>
public readonly record struct SocketMemory(uint Receive, uint ReceiveLimit, uint Send, uint SendLimit, uint Forward, uint Queued, uint Options, uint Backlog, uint Drops)
{
    internal static SocketMemory Read(NetlinkAttribute attribute) => new(
        attribute.Read<uint>(0), attribute.Read<uint>(4), attribute.Read<uint>(8), attribute.Read<uint>(12), attribute.Read<uint>(16),
        attribute.Read<uint>(20), attribute.Read<uint>(24), attribute.Read<uint>(28), attribute.Read<uint>(32));
}
