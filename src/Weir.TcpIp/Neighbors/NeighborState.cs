namespace Weir.TcpIp.Neighbors;

/// <summary>RFC 4861 7.3.2; the same machine serves ARP (RFC 1122 2.3.2.1).</summary>
public enum NeighborState : byte
{
    /// <summary>No longer in the table; who holds it looks it up again.</summary>
    None,
    /// <summary>Asked for by multicast or broadcast, no answer yet: packets wait. Ends by an answer, or after three questions.</summary>
    Incomplete,
    /// <summary>Known to answer, less than the reachable time ago.</summary>
    Reachable,
    /// <summary>The address is known, not whether it still answers. Nothing happens until a packet is sent.</summary>
    Stale,
    /// <summary>A packet was sent to a stale one; a question follows after five seconds, unless news comes.</summary>
    Delay,
    /// <summary>Asked by unicast each second, three times at most; then it is deleted.</summary>
    Probe,
}
