using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_owner.h: the owner match, revision 1.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_owner_match_info
{
    /// <summary>Bits of <see cref="match"/> and <see cref="invert"/>.</summary>
    public const byte XT_OWNER_UID = 1, XT_OWNER_GID = 2, XT_OWNER_SOCKET = 4, XT_OWNER_SUPPL_GROUPS = 8;

    public uint uid_min;
    public uint uid_max;
    public uint gid_min;
    public uint gid_max;
    public byte match;
    public byte invert;
    private readonly ushort _padding;
}
