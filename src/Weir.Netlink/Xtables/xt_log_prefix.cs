using System.Runtime.CompilerServices;

namespace Weir.Netlink.Xtables;

/// <summary>UTF-8 with its NUL.</summary>
[InlineArray(30)]
public struct xt_log_prefix
{
    private byte _first;
}
