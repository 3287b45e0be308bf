namespace Weir.Rules.Ip;

/// <summary>What <c>ip -d</c> says of a link beside its addresses.</summary>
public sealed record LinkDetails
{
    /// <summary>Of any link: <c>promiscuity</c>, <c>min_mtu</c>, <c>num_tx_queues</c>, …, in the order in which ip prints them.</summary>
    public IReadOnlyList<LinkDetail> General { get; init; } = [];

    /// <summary>IFLA_INFO_KIND; empty for a link of no kind, such as lo.</summary>
    public string Kind { get; init; } = "";

    /// <summary>IFLA_INFO_DATA; null when there is none.</summary>
    public IReadOnlyList<LinkDetail>? KindDetails { get; init; }

    /// <summary>IFLA_INFO_SLAVE_KIND: the kind of the link that this one is a port of; empty when it is no port.</summary>
    public string PortKind { get; init; } = "";

    /// <summary>IFLA_INFO_SLAVE_DATA; null when there is none.</summary>
    public IReadOnlyList<LinkDetail>? PortDetails { get; init; }
}

/// <summary>One setting of a link.</summary>
/// <param name="Name">As in <c>ip -j</c>.</param>
/// <param name="Json">Its value, as it stands there.</param>
public readonly record struct LinkDetail(string Name, string Json);
