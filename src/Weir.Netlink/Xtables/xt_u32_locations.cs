using System.Runtime.CompilerServices;

namespace Weir.Netlink.Xtables;

/// <summary>XT_U32_MAXSIZE + 1 steps of a location.</summary>
[InlineArray(11)]
public struct xt_u32_locations
{
    private xt_u32_location_element _first;
}
