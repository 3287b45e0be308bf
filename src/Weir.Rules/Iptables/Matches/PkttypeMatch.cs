using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary>Whom a frame was for. The numbers are the kernel's PACKET_ of include/uapi/linux/if_packet.h.</summary>
public enum PacketType
{
    Unicast = 0,
    Broadcast = 1,
    Multicast = 2,
    OtherHost = 3,
}

/// <summary><c>-m pkttype</c></summary>
public sealed record PkttypeMatch : IptablesMatch
{
    public override string Name => "pkttype";

    public required Negatable<PacketType> Type { get; init; }

    internal override void Print(RulePrinter printer) => printer.Option(Type.Inverted, "--pkt-type", Type.Value switch
    {
        PacketType.Unicast => "unicast",
        PacketType.Broadcast => "broadcast",
        PacketType.Multicast => "multicast",
        PacketType.OtherHost => "otherhost",
        var number => $"{(int)number}",
    });
}

internal sealed class PkttypeMatchParser : MatchParser
{
    private static readonly ExtensionOption[] All = [new("pkt-type", 0) { Inverts = true }];

    private Negatable<PacketType> _type;

    internal override string Name => "pkttype";

    internal override ExtensionOption[] Options => All;

    internal override PkttypeMatch Match => new() { Type = _type };

    protected override uint NeedsOneOf => 1;

    protected override void Read(int option, OptionValue value) => _type = new(
        value.Text.ToUpperInvariant() switch
        {
            "UNICAST" or "HOST" => PacketType.Unicast,
            "BROADCAST" or "BCAST" => PacketType.Broadcast,
            "MULTICAST" or "MCAST" => PacketType.Multicast,
            "OTHERHOST" => PacketType.OtherHost,
            _ => throw Wrong($"bad packet type \"{value.Text}\": unicast, broadcast, multicast and otherhost are known"),
        },
        value.Inverted);
}
