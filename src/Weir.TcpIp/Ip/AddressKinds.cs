using Weir.Packets;

namespace Weir.TcpIp.Ip;

/// <summary>What an address is by its bits alone (RFC 6890; RFC 4291 2.4).</summary>
internal static class AddressKinds
{
    public static readonly UInt128 LimitedBroadcast = IpAddressBits.FromIpv4(uint.MaxValue);
    public static readonly UInt128 Ipv4Unspecified = IpAddressBits.FromIpv4(0);
    public static readonly UInt128 AllNodes = new(0xFF02_0000_0000_0000, 1);
    public static readonly UInt128 AllHosts = IpAddressBits.FromIpv4(0xE000_0001);
    public static readonly UInt128 Ipv6Loopback = UInt128.One;

    private static readonly UInt128 SolicitedNodes = new(0xFF02_0000_0000_0000, 0x0000_0001_FF00_0000);

    public static bool IsMulticast(UInt128 address) =>
        IpAddressBits.IsIpv4(address) ? (uint)address >> 28 == 0xE : (byte)(address >> 120) == 0xFF;

    public static bool IsUnspecified(UInt128 address) => address == 0 || address == Ipv4Unspecified;

    public static bool IsLoopback(UInt128 address) =>
        IpAddressBits.IsIpv4(address) ? (uint)address >> 24 == 127 : address == Ipv6Loopback;

    /// <summary>169.254/16 and fe80::/10: never forwarded.</summary>
    public static bool IsLinkLocal(UInt128 address) =>
        IpAddressBits.IsIpv4(address) ? (uint)address >> 16 == 0xA9FE : (ushort)(address >> 112) >> 6 == 0x3FA;

    /// <summary>No packet from a wire may come from here (RFC 1122 3.2.1.3; RFC 4291 2.5.2, 2.7; net/ipv4/route.c ip_route_input_slow).</summary>
    public static bool IsMartianSource(UInt128 address)
    {
        if (IpAddressBits.IsIpv4(address))
        {
            uint first = (uint)address >> 24;
            return first is 0 or 127 or (>= 224 and < 240) || (uint)address == uint.MaxValue;
        }

        return IsMulticast(address) || address == Ipv6Loopback;
    }

    /// <summary>No packet on a wire may go there: 0/8 and :: (RFC 1122 3.2.1.3, RFC 4291 2.5.2) and loopback; net/ipv4/route.c ip_route_input_slow.</summary>
    public static bool IsMartianDestination(UInt128 address) =>
        IsLoopback(address) || (IpAddressBits.IsIpv4(address) ? (uint)address >> 24 == 0 : address == 0);

    /// <summary>RFC 4291 2.7.1: ff02::1:ff and the last 24 bits.</summary>
    public static UInt128 SolicitedNode(UInt128 address) => SolicitedNodes | (address & 0xFF_FFFF);

    /// <summary>RFC 1112 6.4 and RFC 2464 7: the group's Ethernet address.</summary>
    public static MacAddress GroupMac(UInt128 address) => IpAddressBits.IsIpv4(address)
        ? new MacAddress(0x0100_5E00_0000UL | ((ulong)address & 0x7F_FFFF))
        : new MacAddress(0x3333_0000_0000UL | (uint)address);
}
