using System.Runtime.CompilerServices;

namespace Weir.Netlink.Xtables;

/// <summary>XT_U32_MAXSIZE + 1 ranges of values.</summary>
[InlineArray(11)]
public struct xt_u32_values
{
    private xt_u32_value_element _first;
}
