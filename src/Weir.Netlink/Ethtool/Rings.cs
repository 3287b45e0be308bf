using Weir.Netlink.Protocol;

namespace Weir.Netlink.Ethtool;

/// <summary>The lengths of a link's descriptor rings, in frames, as <c>ethtool -g</c> shows them; 0 for a kind that it does not have.</summary>
public sealed record LinkRings
{
    public uint Receive { get; init; }

    public uint MaximumReceive { get; init; }

    public uint ReceiveMini { get; init; }

    public uint MaximumReceiveMini { get; init; }

    public uint ReceiveJumbo { get; init; }

    public uint MaximumReceiveJumbo { get; init; }

    public uint Transmit { get; init; }

    public uint MaximumTransmit { get; init; }
}

/// <summary>Lengths of rings to set; null: as it is.</summary>
public sealed record RingLengths
{
    public uint? Receive { get; init; }

    public uint? ReceiveMini { get; init; }

    public uint? ReceiveJumbo { get; init; }

    public uint? Transmit { get; init; }
}

/// <summary><c>ethtool -g | -G</c>: the descriptor rings of a link. Virtual links mostly have none.</summary>
public sealed class Rings
{
    private readonly EthtoolExchange _exchange;

    internal Rings(EthtoolExchange exchange) => _exchange = exchange;

    /// <exception cref="NetlinkException">ENODEV: no such link; EOPNOTSUPP: it has no rings.</exception>
    public LinkRings Get(string link)
    {
        LinkRings rings = new();
        _exchange.Get($"get the rings of {link}", _exchange.Begin(EthtoolMessage.ETHTOOL_MSG_RINGS_GET, link), message => rings = Read(message));
        return rings;
    }

    /// <exception cref="NetlinkException">EINVAL: more than the maximum; EOPNOTSUPP: it can't change them.</exception>
    public void Set(string link, RingLengths lengths)
    {
        var writer = _exchange.Begin(EthtoolMessage.ETHTOOL_MSG_RINGS_SET, link);
        if (lengths.Receive is { } receive)
            writer.WriteUInt32(RingsAttribute.ETHTOOL_A_RINGS_RX, receive);
        if (lengths.ReceiveMini is { } mini)
            writer.WriteUInt32(RingsAttribute.ETHTOOL_A_RINGS_RX_MINI, mini);
        if (lengths.ReceiveJumbo is { } jumbo)
            writer.WriteUInt32(RingsAttribute.ETHTOOL_A_RINGS_RX_JUMBO, jumbo);
        if (lengths.Transmit is { } transmit)
            writer.WriteUInt32(RingsAttribute.ETHTOOL_A_RINGS_TX, transmit);
        _exchange.Change($"set the rings of {link}", writer);
    }

    private static LinkRings Read(NetlinkMessage message)
    {
        LinkRings rings = new();
        foreach (var attribute in message.Attributes<GenericHeader>())
        {
            rings = (RingsAttribute)attribute.Type switch
            {
                RingsAttribute.ETHTOOL_A_RINGS_RX_MAX => rings with { MaximumReceive = attribute.UInt32 },
                RingsAttribute.ETHTOOL_A_RINGS_RX_MINI_MAX => rings with { MaximumReceiveMini = attribute.UInt32 },
                RingsAttribute.ETHTOOL_A_RINGS_RX_JUMBO_MAX => rings with { MaximumReceiveJumbo = attribute.UInt32 },
                RingsAttribute.ETHTOOL_A_RINGS_TX_MAX => rings with { MaximumTransmit = attribute.UInt32 },
                RingsAttribute.ETHTOOL_A_RINGS_RX => rings with { Receive = attribute.UInt32 },
                RingsAttribute.ETHTOOL_A_RINGS_RX_MINI => rings with { ReceiveMini = attribute.UInt32 },
                RingsAttribute.ETHTOOL_A_RINGS_RX_JUMBO => rings with { ReceiveJumbo = attribute.UInt32 },
                RingsAttribute.ETHTOOL_A_RINGS_TX => rings with { Transmit = attribute.UInt32 },
                _ => rings,
            };
        }

        return rings;
    }
}
