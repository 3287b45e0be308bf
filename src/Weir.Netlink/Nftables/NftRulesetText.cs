using System.Text;
using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>
/// A listing as lines of text to be compared: two namespaces with the same rules give the same lines. It is not nft's language; expressions
/// stand with the kernel's names and the bytes of their attributes, so that nothing is left out but what changes by itself: counters, handles,
/// use counts, time left, and the elements of sets that packets fill or time empties.
/// </summary>
/// <remarks>
/// <code>
/// table inet t
/// chain inet t c type filter hook 3 device '' priority 5 policy accept
/// rule inet t c [ payload 1=00000001 2=00000001 3=00000010 4=00000004 ] [ counter ]
/// set inet t s flags 0 key 7/4 data 0/0 ...
/// element inet t s key 0a000001
/// </code>
/// Rules of iptables are among them when it is the nf_tables one; for the other see <see cref="LegacyXtables"/>.
/// </remarks>
public static class NftRulesetText
{
    /// <summary>Room for one expression's attributes: they come from one netlink message, or fit into one.</summary>
    private const int ExpressionSize = 64 * 1024;

    /// <summary>Whether a set's elements are rules, and not what packets have left there.</summary>
    public static bool HasStableElements(NftSet set) => (set.Flags & (NftSetFlags.NFT_SET_EVAL | NftSetFlags.NFT_SET_TIMEOUT)) == 0;

    /// <summary>Tables, chains, objects, flow tables, sets with their elements, rules; each kind sorted, the rules of a chain in their order.</summary>
    public static IReadOnlyList<string> Lines(NftRuleset ruleset)
    {
        var lines = new List<string>();
        lines.AddRange(Sorted(ruleset.Tables.Select(Line)));
        lines.AddRange(Sorted(ruleset.Chains.Select(Line)));
        lines.AddRange(Sorted(ruleset.Objects.Select(Line)));
        lines.AddRange(Sorted(ruleset.FlowTables.Select(Line)));
        lines.AddRange(Sorted(ruleset.Sets.Select(Line)));
        foreach (var (set, elements) in ruleset.Sets.Zip(ruleset.Elements).Where(pair => HasStableElements(pair.First)).OrderBy(pair => Line(pair.First), StringComparer.Ordinal))
            lines.AddRange(Sorted(elements.Select(element => Line(set, element))));
        lines.AddRange(ruleset.Rules.OrderBy(Chain, StringComparer.Ordinal).Select(Line));
        return lines;
    }

    public static string Line(NftTable table) =>
        Join($"table {table.Family.Word()} {table.Name}", table.Flags == NftTableFlags.None ? "" : $"flags {(uint)table.Flags}", UserData(table.UserData));

    public static string Line(NftChain chain) => Join(
        $"chain {chain.Family.Word()} {chain.Table} {chain.Name}",
        chain.Hook is { } hook
            ? $"type {chain.Type} hook {hook.Number} device '{string.Join(',', hook.Devices)}' priority {hook.Priority} policy {(chain.Policy == NftPolicy.Drop ? "drop" : "accept")}"
            : "",
        (chain.Flags & ~NftChainFlags.NFT_CHAIN_BASE) is var flags && flags != NftChainFlags.None ? $"flags {(uint)flags}" : "",
        UserData(chain.UserData));

    public static string Line(NftRule rule) => Join([Chain(rule), .. rule.Expressions.Select(Expression), UserData(rule.UserData)]);

    public static string Line(NftSet set) => Join(
        $"set {set.Family.Word()} {set.Table} {set.Name} flags {(uint)set.Flags} key {set.KeyType}/{set.KeyLength}",
        (set.Flags & NftSetFlags.NFT_SET_MAP) != 0 ? $"data {set.DataType}/{set.DataLength}" : "",
        set.ObjectType == NftObjectType.NFT_OBJECT_UNSPEC ? "" : $"objects {(uint)set.ObjectType}",
        set.Policy == NftSetPolicy.NFT_SET_POL_PERFORMANCE ? "" : $"policy {(uint)set.Policy}",
        set.Size == 0 ? "" : $"size {set.Size}",
        set.FieldLengths.Count == 0 ? "" : $"fields {string.Join('.', set.FieldLengths)}",
        set.Timeout is { } timeout ? $"timeout {timeout.TotalMilliseconds}ms" : "",
        set.GarbageCollection is { } interval ? $"gc {interval.TotalMilliseconds}ms" : "",
        Join([.. set.Expressions.Select(Expression)]),
        UserData(set.UserData));

    public static string Line(NftSet set, NftElement element) => Join(
        $"element {set.Family.Word()} {set.Table} {set.Name}",
        element.Key.IsEmpty ? "" : $"key {element.Key}",
        element.KeyEnd.IsEmpty ? "" : $"to {element.KeyEnd}",
        element.Flags == NftElementFlags.None ? "" : $"flags {(uint)element.Flags}",
        element.Data is { } data ? $"data {data}" : "",
        element.Object.Length == 0 ? "" : $"object {element.Object}",
        element.Timeout is { } timeout ? $"timeout {timeout.TotalMilliseconds}ms" : "",
        Join([.. element.Expressions.Select(Expression)]),
        UserData(element.UserData));

    public static string Line(NftObject value) =>
        Join($"object {value.Family.Word()} {value.Table} {value.Name} type {(uint)value.Type}", value.Content is null ? "" : Expression(value.Content), UserData(value.UserData));

    public static string Line(NftFlowTable table) => Join(
        $"flowtable {table.Family.Word()} {table.Table} {table.Name} hook {table.HookNumber} priority {table.Priority} device '{string.Join(',', table.Devices)}'",
        table.Flags == NftFlowTableFlags.None ? "" : $"flags {(uint)table.Flags}");

    /// <summary><c>[ meta 1=00000001 2=00000010 ]</c>: attributes by their numbers. What counts by itself is left out.</summary>
    public static string Expression(NftExpression expression)
    {
        expression = expression switch
        {
            CounterExpression => new UnknownExpression(expression.Kind, null),
            LastExpression => new UnknownExpression(expression.Kind, null),
            QuotaExpression quota => quota with { Consumed = 0, Flags = quota.Flags & ~QuotaFlags.NFT_QUOTA_F_DEPLETED },
            _ => expression,
        };
        var text = new StringBuilder("[ ").Append(expression.Kind);
        if (expression.HasData)
        {
            var writer = new NetlinkWriter(new byte[ExpressionSize]);
            expression.WriteData(ref writer);
            foreach (var attribute in new NetlinkAttributes(writer.Written[NetlinkWriter.HeaderSize..]))
                text.Append($" {attribute.Type}={Convert.ToHexStringLower(attribute.Value)}");
        }

        return text.Append(" ]").ToString();
    }

    private static string Chain(NftRule rule) => $"rule {rule.Family.Word()} {rule.Table} {rule.Chain}";

    private static string UserData(NftValue userData) => userData.IsEmpty ? "" : $"userdata {userData}";

    private static string Join(params IEnumerable<string> parts) => string.Join(' ', parts.Where(part => part.Length != 0));

    private static IEnumerable<string> Sorted(IEnumerable<string> lines) => lines.Order(StringComparer.Ordinal);
}
