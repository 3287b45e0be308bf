using System.Runtime.CompilerServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_comment.h: the comment match, revision 0; UTF-8 with its NUL.</summary>
[InlineArray(256)]
public struct xt_comment_info
{
    private byte _first;
}
