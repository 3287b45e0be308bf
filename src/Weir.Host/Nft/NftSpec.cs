using System.Buffers.Binary;
using Weir.Netlink.Nftables;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft;

/// <summary>How a value lies in a register or in a set's key: its type, its length, its byte order.</summary>
internal readonly record struct NftSpec(NftDataType Type, int Bits, bool IsHostOrder)
{
    internal int Bytes => (Bits + 7) / 8;

    /// <summary>In a concatenation each field takes whole registers of four bytes.</summary>
    internal int PaddedBytes => (Bytes + 3) / 4 * 4;

    internal UInt128 Maximum => Bits >= 128 ? UInt128.MaxValue : (UInt128.One << Bits) - 1;

    internal static NftSpec Of(NftDataType type, int bits = 0) => new(type, type.Bits == 0 || bits != 0 ? bits : type.Bits, type.IsHostOrder && Math.Max(bits, type.Bits) > 8);

    /// <summary>The same value in network order, as ranges are compared.</summary>
    internal NftSpec InNetworkOrder => this with { IsHostOrder = false };

    internal NftValue Encode(UInt128 value) => new(ToBytes(value));

    internal byte[] ToBytes(UInt128 value)
    {
        Span<byte> all = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(all, value);
        var bytes = all[(16 - Bytes)..].ToArray();
        if (IsHostOrder && BitConverter.IsLittleEndian)
            Array.Reverse(bytes);
        return bytes;
    }

    internal UInt128 Decode(ReadOnlySpan<byte> bytes)
    {
        UInt128 value = 0;
        var size = Math.Min(16, bytes.Length);
        for (var i = 0; i < size; i++)
            value = value << 8 | bytes[IsHostOrder && BitConverter.IsLittleEndian ? size - 1 - i : i];
        return value;
    }
}
