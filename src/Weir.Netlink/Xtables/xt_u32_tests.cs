using System.Runtime.CompilerServices;

namespace Weir.Netlink.Xtables;

/// <summary>XT_U32_MAXSIZE + 1 tests.</summary>
[InlineArray(11)]
public struct xt_u32_tests
{
    private xt_u32_test _first;
}
