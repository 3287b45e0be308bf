using Weir.Netlink.Route;
using Weir.Rules.Ip;

namespace Weir.Host.Ip;

/// <summary>Entries of a text as the objects that are sent to the kernel.</summary>
internal static class EntryObjects
{
    public static RoutingRule Of(RuleEntry rule) => new()
    {
        Family = rule.Family,
        Priority = rule.Priority ?? 0,
        AnyPriority = rule.Priority is null,
        Mark = rule.Mark ?? 0,
        Mask = rule.Mask ?? uint.MaxValue,
        Table = rule.Table,
        Action = (byte)rule.Action,
        GotoPriority = rule.Goto ?? 0,
        Source = rule.From?.Address,
        SourceLength = (byte)(rule.From?.Length ?? 0),
        Destination = rule.To?.Address,
        DestinationLength = (byte)(rule.To?.Length ?? 0),
        InputLink = rule.InputLink,
        OutputLink = rule.OutputLink,
        SuppressPrefixLength = rule.SuppressPrefixLength,
        SuppressGroup = (int?)rule.SuppressGroup,
        Protocol = rule.Protocol,
        TypeOfService = rule.TypeOfService,
        IpProtocol = rule.IpProtocol,
        SourcePorts = rule.SourcePorts is { } sourcePorts ? new PortRange(sourcePorts.First, sourcePorts.Last) : null,
        DestinationPorts = rule.DestinationPorts is { } destinationPorts ? new PortRange(destinationPorts.First, destinationPorts.Last) : null,
        Users = rule.Users is { } users ? new UserRange(users.First, users.Last) : null,
        L3Master = rule.L3Master,
        Realms = rule.Realms,
        TunnelId = rule.TunnelId,
        Flags = rule.Not ? 2u : 0,
    };

    public static IpRoute Of(RouteEntry route, Func<string, int> indexOf) => new()
    {
        Family = route.Family,
        Destination = route.Destination?.Address,
        DestinationLength = (byte)(route.Destination?.Length ?? 0),
        Source = route.Source?.Address,
        SourceLength = (byte)(route.Source?.Length ?? 0),
        Gateway = route.Gateway,
        GatewayIsVia = route.Gateway is { } gateway && gateway.AddressFamily != route.Family,
        LinkIndex = route.Device.Length != 0 ? indexOf(route.Device) : 0,
        PreferredSource = route.PreferredSource,
        Table = route.Table,
        Priority = route.Metric ?? 0,
        Protocol = route.Protocol,
        Scope = route.Scope,
        Type = route.Type,
        TypeOfService = route.TypeOfService,
        Flags = (uint)route.Flags,
        Preference = route.Preference,
        ExpiresSeconds = route.Expires,
        Metrics = route.Metrics,
        CongestionControl = route.CongestionControl,
        Realms = route.Realms,
        NextHopId = route.NextHopId,
        NextHops = [.. route.Legs.Select(leg => new NextHop(leg.Gateway, leg.Device.Length != 0 ? indexOf(leg.Device) : 0, leg.Weight, (byte)leg.Flags) { Raw = Realms(leg) })],
    };

    public static LinkAddress Of(AddressEntry address, Func<string, int> indexOf) => new()
    {
        LinkIndex = indexOf(address.Device),
        Address = address.Local,
        PrefixLength = (byte)address.PrefixLength,
        Peer = address.Peer,
        Broadcast = address.Broadcast,
        Scope = address.Scope,
        Label = address.Label,
        Flags = address.Flags,
        ValidLifetime = address.ValidLifetime,
        PreferredLifetime = Math.Min(address.PreferredLifetime, address.ValidLifetime),
        Metric = address.Metric ?? 0,
        Protocol = address.Protocol,
    };

    public static Neighbor Of(NeighborEntry neighbor, Func<string, int> indexOf) => new()
    {
        LinkIndex = indexOf(neighbor.Device),
        Address = neighbor.Address,
        LinkLayerAddress = neighbor.LinkLayerAddress,
        State = neighbor.State,
        Flags = neighbor.Flags,
        Protocol = neighbor.Protocol,
    };

    /// <summary>RTA_FLOW of a leg: u16 length, u16 type, u32.</summary>
    private static byte[] Realms(RouteLeg leg) => leg.Realms == 0 ? [] : [8, 0, 11, 0, .. BitConverter.GetBytes(leg.Realms)];
}
