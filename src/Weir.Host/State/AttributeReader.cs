using System.Buffers.Binary;

namespace Weir.Host.State;

/// <summary>Netlink attributes one after the other: u16 length, u16 type, value, padded to 4. A malformed tail ends it.</summary>
internal ref struct AttributeReader(ReadOnlySpan<byte> bytes)
{
    private const ushort TypeMask = 0x3fff;
    private ReadOnlySpan<byte> left = bytes;

    public bool Next(out ushort type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (left.Length < 4)
            return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(left);
        if (length < 4 || length > left.Length)
            return false;
        type = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(left[2..]) & TypeMask);
        value = left[4..length];
        left = left[Math.Min((length + 3) & ~3, left.Length)..];
        return true;
    }
}
