using Weir.Netlink.Nftables;
using Weir.Rules.Iptables;

namespace Weir.Host.Iptables;

/// <summary>One message of a load, and the line of the text that it is for.</summary>
internal abstract record IptablesChange
{
    /// <summary>Of the text, counted from 1; 0 for what the text only implies.</summary>
    internal int Line { get; init; }

    internal abstract void Write(NftBatch batch);
}

internal sealed record DeleteTableChange(NftTable Table) : IptablesChange
{
    public override string ToString() => $"delete table {Words.Of(Table)}";

    internal override void Write(NftBatch batch) => batch.Delete(Table, this);
}

internal sealed record AddTableChange(NftTable Table) : IptablesChange
{
    public override string ToString() => $"add table {Words.Of(Table)}";

    internal override void Write(NftBatch batch) => batch.Add(Table, this);
}

internal sealed record AddChainChange(NftChain Chain) : IptablesChange
{
    public override string ToString()
    {
        var name = $"add chain {Words.Of(Chain)}";
        return Chain.Hook is not { } hook
            ? name
            : $"{name} hook {hook.Number} priority {hook.Priority} type {Chain.Type} policy {(Chain.Policy == NftPolicy.Drop ? "DROP" : "ACCEPT")} counters [{Chain.Counters?.Packets}:{Chain.Counters?.Bytes}]";
    }

    internal override void Write(NftBatch batch) => batch.Add(Chain, this);
}

internal sealed record DeleteChainChange(NftChain Chain) : IptablesChange
{
    public override string ToString() => $"delete chain {Words.Of(Chain)}";

    internal override void Write(NftBatch batch) => batch.Delete(Chain, this);
}

internal sealed record FlushChainChange(NftChain Chain) : IptablesChange
{
    public override string ToString() => $"delete all rules of chain {Words.Of(Chain)}";

    internal override void Write(NftBatch batch) => batch.Flush(Chain, this);
}

/// <summary>Where in its chain a new rule goes.</summary>
/// <param name="Handle">The rule that it goes before.</param>
internal readonly record struct RulePlace(bool IsEnd, ulong Handle = 0)
{
    internal static RulePlace End => new(true);

    internal static RulePlace Start => new(false);

    internal static RulePlace Before(IptablesRule? next) => next is null ? End : new(false, next.Handle);
}

internal sealed record AddRuleChange(NftRule Rule, IptablesRule Model, RulePlace Place) : IptablesChange
{
    public override string ToString()
    {
        var place = Place.IsEnd ? "" : Place.Handle == 0 ? " at the start" : $" before rule {Place.Handle}";
        return $"add rule {Words.Of(Rule.Family)} {Rule.Table} {Model.ToText(Rule.Chain)[3..]}{place} ({string.Join(", ", Rule.Expressions.Select(expression => expression.Kind))})";
    }

    internal override void Write(NftBatch batch)
    {
        if (Place.IsEnd)
            batch.Add(Rule, this);
        else
            batch.Insert(Rule, this, NftRulePlace.OfHandle(Place.Handle));
    }
}

internal sealed record DeleteRuleChange(NftRule Rule) : IptablesChange
{
    public override string ToString() => $"delete rule {Rule.Handle} of {Words.Of(Rule.Family)} {Rule.Table} {Rule.Chain}";

    internal override void Write(NftBatch batch) => batch.Delete(Rule, this);
}

/// <summary>nft's words.</summary>
internal static class Words
{
    internal static string Of(NftFamily family) => family == NftFamily.Ip6 ? "ip6" : "ip";

    internal static string Of(NftTable table) => $"{Of(table.Family)} {table.Name}";

    internal static string Of(NftChain chain) => $"{Of(chain.Family)} {chain.Table} {chain.Name}";
}
