using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Netlink.Ipset;

/// <summary>The number of a set in its namespace, by which rules (<c>-m set</c>, <c>-j SET</c>) name it.</summary>
/// <param name="Index">It changes when the set is destroyed and made again; a swap exchanges the content under it.</param>
/// <param name="Family">Of the set's addresses; null for kinds without addresses (bitmap:port, list:set).</param>
public readonly record struct SetIndex(ushort Index, AddressFamily? Family);

/// <summary>Names and numbers of the sets of a namespace, as the set match of iptables asks for them: getsockopt of a raw socket.</summary>
/// <remarks>
/// include/uapi/linux/netfilter/ipset/ip_set.h:
/// <code>
/// struct ip_set_req_version    { u32 op; u32 version; }
/// struct ip_set_req_get_set    { u32 op; u32 version; union { char name[32]; u16 index; } }
/// struct ip_set_req_get_set_family { u32 op; u32 version; u32 family; union { char name[32]; u16 index; } }
/// </code>
/// </remarks>
public sealed class SetIndexes : IDisposable
{
    private const int Inet = 2;
    private const int RawType = 3;
    private const int RawProtocol = 255;
    private const int SolIp = 0;
    private const int SoIpSet = 83;
    private const int NameLength = 32;
    private const uint ProtocolVersion = 7;
    private const ushort InvalidIndex = ushort.MaxValue;

    private readonly LinuxSocket _socket;

    private SetIndexes(LinuxSocket socket) => _socket = socket;

    /// <summary>include/uapi/linux/netfilter/ipset/ip_set.h: IP_SET_OP_.</summary>
    private enum Operation : uint
    {
        IP_SET_OP_GET_BYINDEX = 7,
        IP_SET_OP_GET_FNAME = 8,
    }

    /// <exception cref="NetlinkException">No privilege (CAP_NET_RAW).</exception>
    public static SetIndexes Open(NetworkNamespace ns)
    {
        try
        {
            return new SetIndexes(LinuxSocket.Open(ns, Inet, RawType, RawProtocol));
        }
        catch (LinuxException exception)
        {
            throw new NetlinkException($"open a raw socket for the sets of {ns.Name}", exception.Errno, exception.Message);
        }
    }

    /// <summary>Null when there is no set of this name.</summary>
    /// <exception cref="NetlinkException">EPERM; ENOPROTOOPT on a kernel without ipset.</exception>
    public SetIndex? Find(string name)
    {
        const int indexAt = 12;
        if (Encoding.UTF8.GetByteCount(name) >= NameLength)
            return null;
        Span<byte> request = stackalloc byte[indexAt + NameLength];
        Ask(request, Operation.IP_SET_OP_GET_FNAME, indexAt, name, $"find set {name}");
        var index = MemoryMarshal.Read<ushort>(request[indexAt..]);
        return index == InvalidIndex ? null : new SetIndex(index, KernelFamilies.ToAddressFamily((byte)MemoryMarshal.Read<uint>(request[8..])));
    }

    /// <summary>Null when no set has this number.</summary>
    /// <exception cref="NetlinkException">As <see cref="Find"/>.</exception>
    public string? NameOf(ushort index)
    {
        const int nameAt = 8;
        Span<byte> request = stackalloc byte[nameAt + NameLength];
        request.Clear();
        MemoryMarshal.Write(request[nameAt..], index);
        Ask(request, Operation.IP_SET_OP_GET_BYINDEX, nameAt, null, $"find set number {index}");
        var name = request[nameAt..];
        var end = name.IndexOf((byte)0);
        return end == 0 ? null : Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }

    public void Dispose() => _socket.Dispose();

    private void Ask(Span<byte> request, Operation operation, int nameAt, string? name, string what)
    {
        if (name is not null)
        {
            request.Clear();
            Encoding.UTF8.GetBytes(name, request[nameAt..]);
        }

        MemoryMarshal.Write(request, (uint)operation);
        MemoryMarshal.Write(request[4..], ProtocolVersion);
        try
        {
            _socket.GetOption(SolIp, SoIpSet, request);
        }
        catch (LinuxException exception)
        {
            throw new NetlinkException(what, exception.Errno, exception.Errno == (int)Errno.ENOPROTOOPT ? "this kernel lacks ipset (CONFIG_IP_SET)" : "");
        }
    }
}
