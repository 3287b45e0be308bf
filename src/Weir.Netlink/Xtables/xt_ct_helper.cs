using System.Runtime.CompilerServices;

namespace Weir.Netlink.Xtables;

/// <summary>The name of a helper with its NUL.</summary>
[InlineArray(16)]
public struct xt_ct_helper
{
    private byte _first;
}
