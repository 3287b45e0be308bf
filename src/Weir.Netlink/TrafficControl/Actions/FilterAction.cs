namespace Weir.Netlink.TrafficControl.Actions;

/// <summary>What a filter does with a frame that matches: one action of its list.</summary>
/// <param name="Kind">The tool's word: <c>mirred</c>, <c>gact</c>, <c>pedit</c>, ...</param>
/// <param name="Control">What becomes of the frame afterwards, see <see cref="ActionControl"/>.</param>
public abstract record FilterAction(string Kind, int Control)
{
    /// <summary>The action's number among those of its kind in the namespace. In a request 0 asks for a new one; the number of one that is there shares it.</summary>
    public uint Index { get; init; }

    /// <summary>Only in lists: who holds the action, and how many filters among them.</summary>
    public int References { get; init; }

    /// <inheritdoc cref="References"/>
    public int Bindings { get; init; }

    /// <summary>Only in lists.</summary>
    public TrafficStatistics? Statistics { get; init; }

    /// <summary>Only in lists.</summary>
    public ActionTimes? Times { get; init; }

    /// <summary>Without what only lists have: as it would be asked for.</summary>
    public FilterAction AsRequested() => this with { Index = 0, References = 0, Bindings = 0, Statistics = null, Times = null };
}

/// <summary>An action of a kind that is not known here.</summary>
/// <param name="Options">TCA_ACT_OPTIONS as the kernel gave them.</param>
public sealed record UnknownAction(string Kind, int Control, byte[] Options) : FilterAction(Kind, Control);
