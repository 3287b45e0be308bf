using System.Runtime.CompilerServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter.h: union nf_inet_addr, an IPv4 address in its first four bytes or an IPv6 one; network order.</summary>
[InlineArray(16)]
public struct nf_inet_addr
{
    private byte _first;
}
