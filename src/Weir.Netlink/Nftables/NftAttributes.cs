using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>nf_tables' habits on top of netlink's: integers are big endian, every nest has NLA_F_NESTED.</summary>
internal static class NftAttributes
{
    private const ushort Nested = 0x8000;

    internal static uint UInt32BigEndian(this NetlinkAttribute attribute) => BinaryPrimitives.ReverseEndianness(attribute.UInt32);

    internal static ulong UInt64BigEndian(this NetlinkAttribute attribute) => BinaryPrimitives.ReverseEndianness(attribute.UInt64);

    internal static ushort UInt16BigEndian(this NetlinkAttribute attribute) => BinaryPrimitives.ReverseEndianness(attribute.UInt16);

    internal static NftValue Bytes(this NetlinkAttribute attribute) => NftValue.Create(attribute.Value);

    internal static NestStart BeginNest<TAttribute>(this scoped ref NetlinkWriter writer, TAttribute type)
        where TAttribute : unmanaged, Enum => writer.BeginNested((ushort)(Unsafe.BitCast<TAttribute, ushort>(type) | Nested));

    internal static NestStart BeginNest(this scoped ref NetlinkWriter writer, int number) => writer.BeginNested((ushort)(number | Nested));

    internal static void WriteRegister<TAttribute>(this scoped ref NetlinkWriter writer, TAttribute type, NftRegister register)
        where TAttribute : unmanaged, Enum => writer.WriteUInt32BigEndian(type, (uint)register);

    /// <summary>For attributes that are left out when they say nothing.</summary>
    internal static void WriteUInt32Unless0<TAttribute>(this scoped ref NetlinkWriter writer, TAttribute type, uint value)
        where TAttribute : unmanaged, Enum
    {
        if (value != 0)
            writer.WriteUInt32BigEndian(type, value);
    }
}
