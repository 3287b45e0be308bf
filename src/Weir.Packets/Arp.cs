using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>include/uapi/linux/if_arp.h.</summary>
public enum ArpOperation : ushort
{
    ARPOP_REQUEST = 1,
    ARPOP_REPLY = 2,
}

/// <summary>An ARP message about IPv4 over Ethernet, RFC 826, as values. IPv4 addresses in host order.</summary>
public readonly record struct ArpHeader(ArpOperation Operation, MacAddress SenderMac, uint SenderAddress, MacAddress TargetMac, uint TargetAddress)
{
    public const int Size = 28;

    public void WriteTo(Span<byte> destination)
    {
        WriteUInt32BigEndian(destination[ArpMessage.HardwareTypeOffset..], ArpMessage.EthernetAndIpv4);
        WriteUInt16BigEndian(destination[ArpMessage.LengthsOffset..], ArpMessage.LengthsOfBoth);
        WriteUInt16BigEndian(destination[ArpMessage.OperationOffset..], (ushort)Operation);
        SenderMac.WriteTo(destination[ArpMessage.SenderMacOffset..]);
        WriteUInt32BigEndian(destination[ArpMessage.SenderAddressOffset..], SenderAddress);
        TargetMac.WriteTo(destination[ArpMessage.TargetMacOffset..]);
        WriteUInt32BigEndian(destination[ArpMessage.TargetAddressOffset..], TargetAddress);
    }
}

/// <summary>An ARP message in place. Every member is safe once Parse has returned None.</summary>
/// <remarks>
/// <code>
/// hardware type 1 (2) | protocol type 0x0800 (2) | hardware length 6 (1) | protocol length 4 (1) | operation (2)
/// sender MAC (6) | sender IPv4 (4) | target MAC (6) | target IPv4 (4)
/// </code>
/// </remarks>
public readonly ref struct ArpMessage
{
    internal const int HardwareTypeOffset = 0;
    internal const int LengthsOffset = 4;
    internal const int OperationOffset = 6;
    internal const int SenderMacOffset = 8;
    internal const int SenderAddressOffset = 14;
    internal const int TargetMacOffset = 18;
    internal const int TargetAddressOffset = 24;
    internal const uint EthernetAndIpv4 = 0x0001_0800;
    internal const ushort LengthsOfBoth = 0x0604;

    private readonly ReadOnlySpan<byte> bytes;

    private ArpMessage(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    public static PacketError Parse(ReadOnlySpan<byte> bytes, out ArpMessage message)
    {
        message = default;
        if (bytes.Length < ArpHeader.Size)
        {
            return PacketError.ArpTooShort;
        }

        if (ReadUInt32BigEndian(bytes) != EthernetAndIpv4 || ReadUInt16BigEndian(bytes[LengthsOffset..]) != LengthsOfBoth)
        {
            return PacketError.ArpNotEthernetIpv4;
        }

        message = new ArpMessage(bytes[..ArpHeader.Size]);
        return PacketError.None;
    }

    public ArpOperation Operation => (ArpOperation)ReadUInt16BigEndian(bytes[OperationOffset..]);

    public MacAddress SenderMac => MacAddress.Read(bytes[SenderMacOffset..]);

    public uint SenderAddress => ReadUInt32BigEndian(bytes[SenderAddressOffset..]);

    public MacAddress TargetMac => MacAddress.Read(bytes[TargetMacOffset..]);

    public uint TargetAddress => ReadUInt32BigEndian(bytes[TargetAddressOffset..]);

    public ArpHeader Header => new(Operation, SenderMac, SenderAddress, TargetMac, TargetAddress);
}
