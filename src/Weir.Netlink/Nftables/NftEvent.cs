namespace Weir.Netlink.Nftables;

/// <summary>What a watcher of nf_tables is told.</summary>
public abstract record NftEvent;

/// <summary>Whether an object came (or was changed: the kernel tells both alike) or went.</summary>
public enum NftEventKind
{
    Added,
    Deleted,
}

public sealed record NftTableEvent(NftEventKind Kind, NftTable Table) : NftEvent;

public sealed record NftChainEvent(NftEventKind Kind, NftChain Chain) : NftEvent;

public sealed record NftRuleEvent(NftEventKind Kind, NftRule Rule) : NftEvent;

public sealed record NftSetEvent(NftEventKind Kind, NftSet Set) : NftEvent;

/// <param name="Set">The set's name.</param>
public sealed record NftElementsEvent(NftEventKind Kind, NftFamily Family, string Table, string Set, IReadOnlyList<NftElement> Elements) : NftEvent;

public sealed record NftObjectEvent(NftEventKind Kind, NftObject Object) : NftEvent;

public sealed record NftFlowTableEvent(NftEventKind Kind, NftFlowTable FlowTable) : NftEvent;

/// <summary>A batch was committed: all events since the last of these belong to it.</summary>
/// <param name="Generation">The generation that it made.</param>
/// <param name="ProcessId">Who did it, as the kernel's first namespace counts.</param>
/// <param name="ProcessName">At most 15 bytes of it.</param>
public sealed record NftGenerationEvent(uint Generation, uint ProcessId, string ProcessName) : NftEvent;

/// <summary>The kernel had more to say than the socket's buffer holds: events are missing here.</summary>
public sealed record NftEventsLost : NftEvent;

/// <summary>Everything there is, after <see cref="NftEventsLost"/>. Events that come next may be in it already.</summary>
public sealed record NftRelisted(NftRuleset Ruleset) : NftEvent;
