using Weir.Rules.Iptables;

namespace Weir.Host.Iptables;

/// <summary>A rule of a table that is made anew.</summary>
/// <param name="Number">In its chain, counted from 0.</param>
/// <remarks>A class: lists and sorts of structures are compiled anew in every run of the program.</remarks>
internal sealed record PlacedRule(string Chain, IptablesRule Rule, int Number)
{
    internal RulePlace Place { get; init; } = RulePlace.End;

    internal static Comparer<PlacedRule> ByLine { get; } = Comparer<PlacedRule>.Create((left, right) => left.Rule.Line.CompareTo(right.Rule.Line));
}

/// <summary>The rules of a chain that are there already: from one number to another, without a gap.</summary>
internal sealed class ChainSpan
{
    private int _last = -1;

    internal int First { get; private set; }

    internal bool IsEmpty => _last < First;

    /// <summary>Puts a rule at the end or at the start; false when it goes in between.</summary>
    internal bool TryAdd(int number, out bool isEnd)
    {
        isEnd = IsEmpty || number > _last;
        if (!isEnd && number >= First)
            return false;
        if (IsEmpty)
            First = number;
        if (isEnd)
            _last = number;
        else
            First = number;
        return true;
    }
}
