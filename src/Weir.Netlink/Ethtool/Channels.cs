using Weir.Netlink.Protocol;

namespace Weir.Netlink.Ethtool;

/// <summary>How many queues a link has and may have, as <c>ethtool -l</c> shows them; 0 for a kind that it does not have.</summary>
public sealed record LinkChannels
{
    public uint Receive { get; init; }

    public uint MaximumReceive { get; init; }

    public uint Transmit { get; init; }

    public uint MaximumTransmit { get; init; }

    public uint Other { get; init; }

    public uint MaximumOther { get; init; }

    /// <summary>Queues for both directions.</summary>
    public uint Combined { get; init; }

    public uint MaximumCombined { get; init; }
}

/// <summary>Numbers of queues to set; null: as it is.</summary>
public sealed record ChannelCounts
{
    public uint? Receive { get; init; }

    public uint? Transmit { get; init; }

    public uint? Other { get; init; }

    public uint? Combined { get; init; }
}

/// <summary><c>ethtool -l | -L</c>: the queues of a link.</summary>
public sealed class Channels
{
    private readonly EthtoolExchange _exchange;

    internal Channels(EthtoolExchange exchange) => _exchange = exchange;

    /// <exception cref="NetlinkException">ENODEV: no such link; EOPNOTSUPP: its driver does not tell.</exception>
    public LinkChannels Get(string link)
    {
        LinkChannels channels = new();
        _exchange.Get($"get the channels of {link}", _exchange.Begin(EthtoolMessage.ETHTOOL_MSG_CHANNELS_GET, link), message => channels = Read(message));
        return channels;
    }

    /// <exception cref="NetlinkException">EINVAL: more than the maximum, or too few for what the link does; EOPNOTSUPP: it can't change them.</exception>
    public void Set(string link, ChannelCounts counts)
    {
        var writer = _exchange.Begin(EthtoolMessage.ETHTOOL_MSG_CHANNELS_SET, link);
        if (counts.Receive is { } receive)
            writer.WriteUInt32(ChannelsAttribute.ETHTOOL_A_CHANNELS_RX_COUNT, receive);
        if (counts.Transmit is { } transmit)
            writer.WriteUInt32(ChannelsAttribute.ETHTOOL_A_CHANNELS_TX_COUNT, transmit);
        if (counts.Other is { } other)
            writer.WriteUInt32(ChannelsAttribute.ETHTOOL_A_CHANNELS_OTHER_COUNT, other);
        if (counts.Combined is { } combined)
            writer.WriteUInt32(ChannelsAttribute.ETHTOOL_A_CHANNELS_COMBINED_COUNT, combined);
        _exchange.Change($"set the channels of {link}", writer);
    }

    private static LinkChannels Read(NetlinkMessage message)
    {
        LinkChannels channels = new();
        foreach (var attribute in message.Attributes<GenericHeader>())
        {
            channels = (ChannelsAttribute)attribute.Type switch
            {
                ChannelsAttribute.ETHTOOL_A_CHANNELS_RX_MAX => channels with { MaximumReceive = attribute.UInt32 },
                ChannelsAttribute.ETHTOOL_A_CHANNELS_TX_MAX => channels with { MaximumTransmit = attribute.UInt32 },
                ChannelsAttribute.ETHTOOL_A_CHANNELS_OTHER_MAX => channels with { MaximumOther = attribute.UInt32 },
                ChannelsAttribute.ETHTOOL_A_CHANNELS_COMBINED_MAX => channels with { MaximumCombined = attribute.UInt32 },
                ChannelsAttribute.ETHTOOL_A_CHANNELS_RX_COUNT => channels with { Receive = attribute.UInt32 },
                ChannelsAttribute.ETHTOOL_A_CHANNELS_TX_COUNT => channels with { Transmit = attribute.UInt32 },
                ChannelsAttribute.ETHTOOL_A_CHANNELS_OTHER_COUNT => channels with { Other = attribute.UInt32 },
                ChannelsAttribute.ETHTOOL_A_CHANNELS_COMBINED_COUNT => channels with { Combined = attribute.UInt32 },
                _ => channels,
            };
        }

        return channels;
    }
}
