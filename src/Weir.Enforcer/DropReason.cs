namespace Weir.Enforcer;

/// <summary>Why a frame was dropped; the flow log, the counters and the console use the same name.</summary>
/// <remarks>All but the first two groups are dropped in protect mode only: in discover and monitor the frame passes.</remarks>
public enum DropReason : byte
{
    None,

    /// <summary>A rule, or protect mode without a rule, denies the session.</summary>
    PolicyDeny,
    /// <summary>Denied once its application protocol was known; both ends got a reset.</summary>
    ApplicationDenied,
    /// <summary>A session that had passed is denied by a newer policy; both ends got a reset.</summary>
    PolicyChanged,

    /// <summary>The marker address belongs to no port.</summary>
    UnknownPort,
    /// <summary>The frame did not fit its slot and its rest could not be read.</summary>
    Truncated,

    /// <summary>Not a well-formed packet; the event's PacketError says why.</summary>
    Malformed,
    /// <summary>A later fragment whose first fragment was not seen.</summary>
    FragmentWithoutFirst,
    /// <summary>A combination of TCP flags that no host sends.</summary>
    InvalidTcpFlags,
    /// <summary>A TCP segment that does not fit the session's state.</summary>
    InvalidTcpState,
    /// <summary>An ICMP error or reply about no known session.</summary>
    UnrelatedIcmp,
    /// <summary>No room for a new session, and nothing half open to evict.</summary>
    SessionTableFull,
    /// <summary>The source has too many half-open sessions.</summary>
    TooManyHalfOpen,
}
