namespace Weir.Rules.Iptables.Matches;

/// <summary>Kinds of addresses: bit n is the kernel's RTN_ number n. The names are the tool's.</summary>
[Flags]
public enum AddressTypes : ushort
{
    None = 0,
    UNSPEC = 1,
    UNICAST = 2,
    LOCAL = 4,
    BROADCAST = 8,
    ANYCAST = 0x10,
    MULTICAST = 0x20,
    BLACKHOLE = 0x40,
    UNREACHABLE = 0x80,
    PROHIBIT = 0x100,
    THROW = 0x200,
    NAT = 0x400,
    XRESOLVE = 0x800,
}
