namespace Weir.Rules.Iptables;

/// <summary>One line of a text for iptables-restore.</summary>
public abstract record IptablesCommand
{
    /// <summary>Counted from 1.</summary>
    public required int Line { get; init; }

    /// <summary>As it stands.</summary>
    public required string Text { get; init; }
}

/// <summary><c>:INPUT ACCEPT [0:0]</c>: a built-in chain gets its policy, a user's chain is made, or emptied.</summary>
public sealed record DeclareChain(string Chain, IptablesPolicy? Policy, IptablesCounters Counters) : IptablesCommand;

/// <summary><c>-A CHAIN</c>; several rules when several addresses were given.</summary>
public sealed record AppendRules(string Chain, IReadOnlyList<IptablesRule> Rules) : IptablesCommand;

/// <summary><c>-I CHAIN [NUMBER]</c>: before the rule of this number, counted from 1.</summary>
public sealed record InsertRules(string Chain, int Number, IReadOnlyList<IptablesRule> Rules) : IptablesCommand;

/// <summary><c>-R CHAIN NUMBER</c></summary>
public sealed record ReplaceRule(string Chain, int Number, IptablesRule Rule) : IptablesCommand;

/// <summary><c>-D CHAIN RULE</c>: the first rule that is the same.</summary>
public sealed record DeleteRules(string Chain, IReadOnlyList<IptablesRule> Rules) : IptablesCommand;

/// <summary><c>-D CHAIN NUMBER</c></summary>
public sealed record DeleteRuleNumber(string Chain, int Number) : IptablesCommand;

/// <summary><c>-F [CHAIN]</c>: null empties all.</summary>
public sealed record FlushChain(string? Chain) : IptablesCommand;

/// <summary><c>-N CHAIN</c></summary>
public sealed record NewChain(string Chain) : IptablesCommand;

/// <summary><c>-X [CHAIN]</c>: null deletes all of the users' chains.</summary>
public sealed record DeleteChain(string? Chain) : IptablesCommand;

/// <summary><c>-P CHAIN POLICY</c></summary>
public sealed record SetPolicy(string Chain, IptablesPolicy Policy) : IptablesCommand;

/// <summary>A line that was not understood. It is kept where it stands.</summary>
/// <param name="Chain">Where it would add a rule, when it says that much.</param>
/// <param name="Words">What follows the chain's name.</param>
public sealed record UnreadLine(string? Chain, string Words) : IptablesCommand;
