using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_connmark.h: the CONNMARK target, revision 2.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_connmark_tginfo2
{
    /// <summary>Values of <see cref="shift_dir"/>.</summary>
    public const byte D_SHIFT_LEFT = 0, D_SHIFT_RIGHT = 1;

    public uint ctmark;
    public uint ctmask;
    public uint nfmask;
    public byte shift_dir;
    public byte shift_bits;
    public byte mode;
    private readonly byte _padding;
}
