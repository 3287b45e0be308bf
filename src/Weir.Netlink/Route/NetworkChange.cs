namespace Weir.Netlink.Route;

/// <summary>Something that the kernel told of a namespace's network.</summary>
public abstract record NetworkChange;

/// <summary>A link is new, or something of it changed.</summary>
public sealed record LinkChanged(Link Link) : NetworkChange;

/// <summary>A link is gone: deleted, or moved to another namespace.</summary>
public sealed record LinkGone(Link Link) : NetworkChange;

public sealed record AddressAdded(LinkAddress Address) : NetworkChange;

public sealed record AddressGone(LinkAddress Address) : NetworkChange;

/// <summary>A route is new, or took the place of one with its prefix and metric.</summary>
public sealed record RouteAdded(IpRoute Route) : NetworkChange;

public sealed record RouteGone(IpRoute Route) : NetworkChange;

public sealed record RuleAdded(RoutingRule Rule) : NetworkChange;

public sealed record RuleGone(RoutingRule Rule) : NetworkChange;

/// <summary>A neighbour is new, or its state or address changed.</summary>
public sealed record NeighborChanged(Neighbor Neighbor) : NetworkChange;

public sealed record NeighborGone(Neighbor Neighbor) : NetworkChange;

/// <summary>Another namespace got a number here.</summary>
public sealed record NamespaceIdAdded(int Id) : NetworkChange;

public sealed record NamespaceIdGone(int Id) : NetworkChange;

/// <summary>The reader was too slow and changes are lost: list again what matters.</summary>
public sealed record ChangesLost : NetworkChange;

/// <summary>All there is now, after <see cref="ChangesLost"/>: whatever is not in these lists is gone. What was not asked for is empty.</summary>
public sealed record Relisted : NetworkChange
{
    public IReadOnlyList<Link> Links { get; init; } = [];
    public IReadOnlyList<LinkAddress> Addresses { get; init; } = [];
    public IReadOnlyList<IpRoute> Routes { get; init; } = [];
    public IReadOnlyList<RoutingRule> Rules { get; init; } = [];
    public IReadOnlyList<Neighbor> Neighbors { get; init; } = [];
    public IReadOnlyList<int> NamespaceIds { get; init; } = [];
}

/// <summary>What to hear of.</summary>
[Flags]
public enum NetworkSubjects
{
    None = 0,
    Links = 1,
    Addresses = 2,
    Routes = 4,
    Rules = 8,
    Neighbors = 16,
    NamespaceIds = 32,
    All = Links | Addresses | Routes | Rules | Neighbors | NamespaceIds,
}
