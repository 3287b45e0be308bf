namespace Weir.Netlink.Conntrack;

/// <summary>What happened to the table of connections.</summary>
public abstract record ConntrackEvent;

/// <summary>A connection began.</summary>
public sealed record ConntrackCreated(ConntrackEntry Entry) : ConntrackEvent;

/// <summary>Its state, its status or its mark changed.</summary>
public sealed record ConntrackChanged(ConntrackEntry Entry) : ConntrackEvent;

/// <summary>It was forgotten: its time was over, or it was deleted. With its last counters.</summary>
public sealed record ConntrackDestroyed(ConntrackEntry Entry) : ConntrackEvent;

/// <summary>Events were lost, because they came faster than they were read: list the table anew.</summary>
public sealed record ConntrackEventsLost : ConntrackEvent;
