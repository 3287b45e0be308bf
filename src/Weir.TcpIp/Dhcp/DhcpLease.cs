using Weir.TcpIp.Ip;

namespace Weir.TcpIp.Dhcp;

/// <summary>What a server has lent.</summary>
public sealed record DhcpLease
{
    /// <summary>The address, with its network's prefix: that of the address's class when the server says none.</summary>
    public required IpPrefix Address { get; init; }

    /// <summary>The first router of option 3; 0: none.</summary>
    public UInt128 Router { get; init; }

    /// <summary>Option 6: a few at most.</summary>
    public IReadOnlyList<UInt128> NameServers { get; init; } = [];

    /// <summary>Who has lent it, option 54.</summary>
    public required UInt128 Server { get; init; }

    /// <summary>When it ends; MaxValue: never.</summary>
    public required TimeSpan Until { get; init; }

    /// <summary>T1 of RFC 2131 4.4.5: when the server is asked for more time.</summary>
    public required TimeSpan RenewAt { get; init; }

    /// <summary>T2: when anybody is.</summary>
    public required TimeSpan RebindAt { get; init; }
}
