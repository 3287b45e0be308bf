using static Weir.Packets.Tests.Laws.WireValues;

namespace Weir.Packets.Tests.Laws;

/// <summary>Ethernet, VLAN tags and ARP.</summary>
internal static class LinkFormats
{
    public static readonly IReadOnlyList<WireFormat> All =
    [
        new("ethernet", ExerciseEthernet) { Canonical = random => WithHeader(RandomEthernet(random).WriteTo, EthernetHeader.Size), Rewrite = RewriteEthernet, ValueSurvives = EthernetSurvives },
        new("vlan", ExerciseVlan) { Canonical = random => WithHeader(RandomVlan(random).WriteTo, VlanHeader.Size), Rewrite = RewriteVlan, ValueSurvives = VlanSurvives },
        new("arp", ExerciseArp) { Canonical = random => WithHeader(RandomArp(random).WriteTo, ArpHeader.Size), Rewrite = RewriteArp, ValueSurvives = ArpSurvives },
    ];

    private static EthernetHeader RandomEthernet(Random random) => new(NextMac(random), NextMac(random), Next16(random));

    private static PacketError ExerciseEthernet(ReadOnlySpan<byte> bytes)
    {
        PacketError error = EthernetFrame.Parse(bytes, out EthernetFrame frame);
        if (error == PacketError.None)
        {
            Touch(frame.Header.EtherType);
            Touch(frame.Payload);
        }

        return error;
    }

    private static int RewriteEthernet(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        EthernetFrame.Parse(bytes, out EthernetFrame frame);
        frame.Header.WriteTo(destination);
        return Append(frame.Payload, destination, EthernetHeader.Size);
    }

    private static bool EthernetSurvives(Random random)
    {
        EthernetHeader header = RandomEthernet(random);
        return EthernetFrame.Parse(WithHeader(header.WriteTo, EthernetHeader.Size), out EthernetFrame frame) == PacketError.None && frame.Header == header;
    }

    private static VlanHeader RandomVlan(Random random) => new(Next16(random), Next16(random));

    private static PacketError ExerciseVlan(ReadOnlySpan<byte> bytes)
    {
        PacketError error = VlanTag.Parse(bytes, out VlanTag tag);
        if (error == PacketError.None)
        {
            Touch(tag.Header.Id + tag.Header.Priority + (tag.Header.DropEligible ? 1 : 0));
            Touch(tag.Payload);
        }

        return error;
    }

    private static int RewriteVlan(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        VlanTag.Parse(bytes, out VlanTag tag);
        tag.Header.WriteTo(destination);
        return Append(tag.Payload, destination, VlanHeader.Size);
    }

    private static bool VlanSurvives(Random random)
    {
        VlanHeader header = RandomVlan(random);
        return VlanTag.Parse(WithHeader(header.WriteTo, VlanHeader.Size), out VlanTag tag) == PacketError.None && tag.Header == header;
    }

    private static ArpHeader RandomArp(Random random) => new((ArpOperation)Next16(random), NextMac(random), Next32(random), NextMac(random), Next32(random));

    private static PacketError ExerciseArp(ReadOnlySpan<byte> bytes)
    {
        PacketError error = ArpMessage.Parse(bytes, out ArpMessage message);
        Touch(error == PacketError.None ? message.Header.TargetAddress : 0);
        return error;
    }

    private static int RewriteArp(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        ArpMessage.Parse(bytes, out ArpMessage message);
        message.Header.WriteTo(destination);
        return ArpHeader.Size;
    }

    private static bool ArpSurvives(Random random)
    {
        ArpHeader header = RandomArp(random);
        return ArpMessage.Parse(WithHeader(header.WriteTo, ArpHeader.Size), out ArpMessage message) == PacketError.None && message.Header == header;
    }
}
