namespace Weir.Rules.Iptables;

/// <summary>One <c>-m NAME</c> of a rule with its options, see iptables-extensions(8).</summary>
public abstract record IptablesMatch
{
    /// <summary>The word after <c>-m</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Options as iptables-save prints them: its order, its spelling.</summary>
    internal abstract void Print(RulePrinter printer);

    public sealed override string ToString()
    {
        var printer = new RulePrinter();
        printer.Match(this);
        return printer.ToString();
    }
}
