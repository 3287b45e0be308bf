using System.Text;

namespace Weir.Rules.Iptables;

/// <summary>A table: <c>*mangle … COMMIT</c>.</summary>
public sealed record IptablesTable
{
    public required string Name { get; init; }

    /// <summary>In the order of iptables-save: the built-in ones as a packet meets them, all of them; then the users' by name.</summary>
    public IReadOnlyList<IptablesChain> Chains { get; init; } = [];

    /// <summary>Lines of the text that are neither chain nor rule, as they stood.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>Why the tool (and Weir) doesn't show this table's rules: something in it was not made by iptables. Null when all is known.</summary>
    public string? Incompatible { get; init; }

    /// <summary>Chains with a hook that are not iptables' own; the tool tells of them and leaves them out.</summary>
    public IReadOnlyList<string> ForeignChains { get; init; } = [];

    public IptablesChain? FindChain(string name) => Chains.FirstOrDefault(chain => chain.Name == name);

    public bool Equals(IptablesTable? other) =>
        other is not null && Name == other.Name && Chains.SequenceEqual(other.Chains) && Unread.SequenceEqual(other.Unread) && Incompatible == other.Incompatible;

    public override int GetHashCode() => HashCode.Combine(Name, Chains.Count);

    /// <param name="text">Takes the lines.</param>
    /// <param name="counters">Each rule's counters before it, as <c>iptables-save -c</c> prints them.</param>
    internal void Print(StringBuilder text, bool counters)
    {
        if (Incompatible is not null)
        {
            text.Append("# Table `").Append(Name).Append("' is incompatible, use 'nft' tool.\n");
            return;
        }

        text.Append('*').Append(Name).Append('\n');
        foreach (var chain in Chains)
            text.Append(chain).Append('\n');
        foreach (var chain in Chains)
        {
            foreach (var rule in chain.Rules)
            {
                if (counters)
                    text.Append(rule.Counters).Append(' ');
                text.Append(rule.ToText(chain.Name)).Append('\n');
            }
        }

        foreach (var line in Unread)
            text.Append(line).Append('\n');
        text.Append("COMMIT\n");
    }
}
