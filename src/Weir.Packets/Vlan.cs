using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>What follows an ethertype of 802.1Q or 802.1ad, as values.</summary>
/// <param name="Control">Priority (3 bits), drop eligible (1), VLAN id (12).</param>
/// <param name="EtherType">Of what is behind the tag.</param>
public readonly record struct VlanHeader(ushort Control, ushort EtherType)
{
    public const int Size = 4;

    public ushort Id => (ushort)(Control & 0x0FFF);

    public byte Priority => (byte)(Control >> 13);

    public bool DropEligible => (Control & 0x1000) != 0;

    public void WriteTo(Span<byte> destination)
    {
        WriteUInt16BigEndian(destination[VlanTag.ControlOffset..], Control);
        WriteUInt16BigEndian(destination[VlanTag.EtherTypeOffset..], EtherType);
    }
}

/// <summary>A VLAN tag and what it wraps, in place: <c>control (2) | ethertype (2) | payload</c>. IEEE 802.1Q 9.6.</summary>
public readonly ref struct VlanTag
{
    internal const int ControlOffset = 0;
    internal const int EtherTypeOffset = 2;

    private readonly ReadOnlySpan<byte> bytes;

    private VlanTag(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    public static PacketError Parse(ReadOnlySpan<byte> bytes, out VlanTag tag)
    {
        tag = default;
        if (bytes.Length < VlanHeader.Size)
        {
            return PacketError.VlanTagTooShort;
        }

        tag = new VlanTag(bytes);
        return PacketError.None;
    }

    public ReadOnlySpan<byte> Payload => bytes[VlanHeader.Size..];

    public VlanHeader Header => new(ReadUInt16BigEndian(bytes[ControlOffset..]), ReadUInt16BigEndian(bytes[EtherTypeOffset..]));
}
