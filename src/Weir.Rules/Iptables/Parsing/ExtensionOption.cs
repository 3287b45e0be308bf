namespace Weir.Rules.Iptables.Parsing;

/// <summary>An option of a match or target, as libxtables' xt_option_entry describes it.</summary>
/// <param name="Name">Without the two dashes.</param>
/// <param name="Id">Below 32; synonyms share it.</param>
internal readonly record struct ExtensionOption(string Name, int Id)
{
    internal bool TakesValue { get; init; } = true;

    /// <summary><c>!</c> may stand before it.</summary>
    internal bool Inverts { get; init; }

    /// <summary>It may be given more than once.</summary>
    internal bool Repeats { get; init; }

    /// <summary>Bits of the ids that may not be given with it; its own bit counts only for other names of it.</summary>
    internal uint Excludes { get; init; }

    /// <summary>Bits of the ids that must be given with it.</summary>
    internal uint Needs { get; init; }

    internal uint Bit => 1u << Id;
}
