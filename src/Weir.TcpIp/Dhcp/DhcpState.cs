namespace Weir.TcpIp.Dhcp;

/// <summary>RFC 2131 4.4, figure 5, without the states of a client that remembers an address.</summary>
public enum DhcpState : byte
{
    /// <summary>No address, and none is wanted: it was given back.</summary>
    Released,
    /// <summary>All servers were asked for an offer.</summary>
    Selecting,
    /// <summary>One of the offers was asked for.</summary>
    Requesting,
    /// <summary>The address is ours.</summary>
    Bound,
    /// <summary>Its server is asked for more time.</summary>
    Renewing,
    /// <summary>Any server is.</summary>
    Rebinding,
}
