using System.Net;
using System.Runtime.InteropServices;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;

namespace Weir.Host.Iptables;

/// <summary>What extensions need to know beside their own bytes.</summary>
/// <param name="Sets">Names and numbers of the namespace's sets.</param>
internal sealed record XtContext(IptablesFamily Family, SetNames Sets)
{
    internal bool IsIPv4 => Family == IptablesFamily.IPv4;

    internal static nf_inet_addr Write(IPAddress? address)
    {
        nf_inet_addr bytes = default;
        address?.GetAddressBytes().CopyTo((Span<byte>)bytes);
        return bytes;
    }

    internal IPAddress Read(in nf_inet_addr address) => new(((ReadOnlySpan<byte>)address)[..(IsIPv4 ? 4 : 16)]);

    /// <summary>An IPv4 address as the four bytes that it is, whatever the host's order.</summary>
    internal static uint WriteIPv4(IPAddress? address) => address is null ? 0 : MemoryMarshal.Read<uint>(address.GetAddressBytes());

    internal static IPAddress ReadIPv4(uint address) => new(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in address)));
}
