using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>The fields of an Ethernet header, IEEE 802.3, as values.</summary>
public readonly record struct EthernetHeader(MacAddress Destination, MacAddress Source, ushort EtherType)
{
    public const int Size = 14;

    public void WriteTo(Span<byte> destination)
    {
        Destination.WriteTo(destination[EthernetFrame.DestinationOffset..]);
        Source.WriteTo(destination[EthernetFrame.SourceOffset..]);
        WriteUInt16BigEndian(destination[EthernetFrame.EtherTypeOffset..], EtherType);
    }
}

/// <summary>An Ethernet frame in place, without its check sequence. Every member is safe once Parse has returned None.</summary>
/// <remarks>
/// <code>
/// destination (6) | source (6) | ethertype (2) | payload
/// </code>
/// </remarks>
public readonly ref struct EthernetFrame
{
    internal const int DestinationOffset = 0;
    internal const int SourceOffset = 6;
    internal const int EtherTypeOffset = 12;

    private readonly ReadOnlySpan<byte> bytes;

    private EthernetFrame(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    public static PacketError Parse(ReadOnlySpan<byte> bytes, out EthernetFrame frame)
    {
        frame = default;
        if (bytes.Length < EthernetHeader.Size)
        {
            return PacketError.EthernetTooShort;
        }

        frame = new EthernetFrame(bytes);
        return PacketError.None;
    }

    public MacAddress Destination => MacAddress.Read(bytes[DestinationOffset..]);

    public MacAddress Source => MacAddress.Read(bytes[SourceOffset..]);

    /// <summary>The type behind the addresses: that of a VLAN tag when there is one.</summary>
    public ushort EtherType => ReadUInt16BigEndian(bytes[EtherTypeOffset..]);

    public ReadOnlySpan<byte> Payload => bytes[EthernetHeader.Size..];

    public EthernetHeader Header => new(Destination, Source, EtherType);
}
