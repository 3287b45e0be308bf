using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nfnetlink.h: struct nfgenmsg, 4 bytes; res_id is big endian.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NftHeader
{
    public NftFamily Family;
    public byte Version;
    private ushort _resource;

    internal static NftHeader Of(NftFamily family) => new() { Family = family };

    /// <summary>The low half of the generation in answers, the subsystem in BATCH_BEGIN and BATCH_END.</summary>
    internal ushort Resource
    {
        readonly get => BinaryPrimitives.ReverseEndianness(_resource);
        set => _resource = BinaryPrimitives.ReverseEndianness(value);
    }
}
