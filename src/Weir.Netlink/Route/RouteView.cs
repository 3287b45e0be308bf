using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>Takes one route of a listing; the view is void when it returns.</summary>
public delegate void RouteVisitor(RouteView route);

/// <summary>A route in the kernel's own message; nothing is copied until it is asked for.</summary>
public readonly ref struct RouteView
{
    private readonly NetlinkMessage _message;

    internal RouteView(NetlinkMessage message) => _message = message;

    public byte DestinationLength => _message.Header<RouteMessage.Header>().DestinationLength;

    public byte Protocol => _message.Header<RouteMessage.Header>().Protocol;

    public byte Scope => _message.Header<RouteMessage.Header>().Scope;

    public byte Type => _message.Header<RouteMessage.Header>().Type;

    public uint Table => Find(RouteAttribute.RTA_TABLE) is { Value.Length: > 0 } table ? table.UInt32 : _message.Header<RouteMessage.Header>().Table;

    /// <summary>4 or 16 bytes; empty for default.</summary>
    public ReadOnlySpan<byte> Destination => Find(RouteAttribute.RTA_DST).Value;

    /// <summary>4 or 16 bytes; empty when there is none.</summary>
    public ReadOnlySpan<byte> Gateway => Find(RouteAttribute.RTA_GATEWAY).Value;

    public int LinkIndex => Find(RouteAttribute.RTA_OIF).Int32;

    public uint Priority => Find(RouteAttribute.RTA_PRIORITY).UInt32;

    /// <summary>All attributes, RTA_ numbers of include/uapi/linux/rtnetlink.h.</summary>
    public NetlinkAttributes Attributes => _message.Attributes<RouteMessage.Header>();

    /// <summary>The route as an object of its own; null for a family that is neither IPv4 nor IPv6.</summary>
    public IpRoute? ToRoute() => RouteMessage.Read(_message);

    private NetlinkAttribute Find(RouteAttribute type)
    {
        foreach (var attribute in Attributes)
        {
            if ((RouteAttribute)attribute.Type == type)
                return attribute;
        }

        return default;
    }
}
