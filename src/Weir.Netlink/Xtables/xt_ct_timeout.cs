using System.Runtime.CompilerServices;

namespace Weir.Netlink.Xtables;

/// <summary>The name of a timeout policy with its NUL.</summary>
[InlineArray(32)]
public struct xt_ct_timeout
{
    private byte _first;
}
