using System.Runtime.CompilerServices;

namespace Weir.Netlink.Xtables;

/// <summary>XT_MULTI_PORTS marks: 1 for the first port of a range, whose last one is the next entry.</summary>
[InlineArray(15)]
public struct xt_multiport_flags
{
    private byte _first;
}
