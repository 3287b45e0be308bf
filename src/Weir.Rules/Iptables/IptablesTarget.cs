namespace Weir.Rules.Iptables;

/// <summary>What a rule does with a packet that it matches: <c>-j NAME</c> with its options, see iptables-extensions(8).</summary>
public abstract record IptablesTarget
{
    /// <summary>The word after <c>-j</c> or <c>-g</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Options as iptables-save prints them: its order, its spelling.</summary>
    internal abstract void Print(RulePrinter printer);

    public sealed override string ToString()
    {
        var printer = new RulePrinter();
        printer.Target(this);
        return printer.ToString();
    }
}
