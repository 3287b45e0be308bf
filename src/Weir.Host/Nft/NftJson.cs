using System.Globalization;
using System.Text.Json;
using Weir.Netlink.Nftables;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;
using Model = Weir.Rules.Nft;

namespace Weir.Host.Nft;

/// <summary>The model in the form of <c>nft -j list ruleset</c>; libnftables-json(5). What has no form there stands as its text.</summary>
internal sealed class NftJson(Utf8JsonWriter writer)
{
    internal static void Write(Model.NftRuleset ruleset, Utf8JsonWriter writer)
    {
        var json = new NftJson(writer);
        writer.WriteStartObject();
        writer.WriteStartArray("nftables");
        json.Named("metainfo", () =>
        {
            writer.WriteString("version", "1.0.6");
            writer.WriteString("release_name", "Lester Gooch #5");
            writer.WriteNumber("json_schema_version", 1);
        });
        foreach (var table in ruleset.Items.OfType<Model.NftTable>())
            json.Table(table);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void Named(string kind, Action content)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(kind);
        content();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void One(string name, Action value)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(name);
        value();
        writer.WriteEndObject();
    }

    private void Array<T>(IEnumerable<T> items, Action<T> write)
    {
        writer.WriteStartArray();
        foreach (var item in items)
            write(item);
        writer.WriteEndArray();
    }

    private void Strings(string name, IReadOnlyList<string> words)
    {
        writer.WritePropertyName(name);
        if (words.Count == 1)
            writer.WriteStringValue(words[0]);
        else
            Array(words, writer.WriteStringValue);
    }

    private void Place(Model.NftTable table, string name, ulong handle)
    {
        writer.WriteString("family", table.Family);
        writer.WriteString("name", name);
        writer.WriteString("table", table.Name);
        writer.WriteNumber("handle", handle);
    }

    private void Comment(string? comment)
    {
        if (comment is not null)
            writer.WriteString("comment", comment);
    }

    private void Table(Model.NftTable table)
    {
        Named("table", () =>
        {
            writer.WriteString("family", table.Family);
            writer.WriteString("name", table.Name);
            writer.WriteNumber("handle", table.Handle);
            if (table.Flags.Count > 0)
                Strings("flags", table.Flags);
        });
        foreach (var value in table.Items.OfType<Model.NftObject>())
            Named(value.Kind, () => Object(table, value));
        foreach (var set in table.Items.OfType<Model.NftSet>())
            Named(set.IsMap ? "map" : "set", () => Set(table, set));
        foreach (var flowTable in table.Items.OfType<Model.NftFlowTable>())
        {
            Named("flowtable", () =>
            {
                Place(table, flowTable.Name, flowTable.Handle);
                writer.WriteString("hook", "ingress");
                writer.WriteNumber("prio", NftHookNames.Priority(NftFamily.Netdev, "ingress", flowTable.Priority ?? "0") ?? 0);
                Strings("dev", [.. flowTable.Devices.Select(device => device.Text)]);
            });
        }

        foreach (var chain in table.Items.OfType<Model.NftChain>())
            Named("chain", () => Chain(table, chain));
        foreach (var chain in table.Items.OfType<Model.NftChain>())
        {
            foreach (var rule in chain.Items.OfType<Model.NftRule>())
                Named("rule", () => Rule(table, chain, rule));
        }
    }

    private void Object(Model.NftTable table, Model.NftObject value)
    {
        Place(table, value.Name, value.Handle);
        Comment(value.Comment);
        switch (value.State)
        {
            case NftStatement.Counter counter:
                writer.WriteNumber("packets", counter.Packets ?? 0);
                writer.WriteNumber("bytes", counter.Bytes ?? 0);
                break;
            case NftStatement.Quota quota:
                writer.WriteNumber("bytes", Bytes(quota.Amount, quota.Unit));
                writer.WriteNumber("used", Bytes(quota.Used ?? 0, quota.UsedUnit));
                writer.WriteBoolean("inv", quota.IsOver);
                break;
            case NftStatement.Limit limit:
                Limit(limit, isObject: true);
                break;
        }

        foreach (var setting in value.Settings)
        {
            switch (setting.Split(' '))
            {
                case ["type", var type, "protocol", var protocol]:
                    writer.WriteString("type", type.Trim('"'));
                    writer.WriteString("protocol", protocol);
                    break;
                case [var name, var word]:
                    writer.WriteString(name, word);
                    break;
            }
        }
    }

    private static ulong Bytes(ulong amount, string unit) => unit switch
    {
        "kbytes" => amount * 1024,
        "mbytes" => amount * 1024 * 1024,
        _ => amount,
    };

    private void Set(Model.NftTable table, Model.NftSet set)
    {
        writer.WriteString("family", table.Family);
        writer.WriteString("name", set.Name);
        writer.WriteString("table", table.Name);
        Strings("type", set.TypeOf is { } of ? [.. NftElementWriter.Parts(of).Select(part => NftTypeOf.Find(part)?.Name ?? "integer")] : set.KeyTypes);
        writer.WriteNumber("handle", set.Handle);
        Comment(set.Comment);
        if (set.IsMap)
            Strings("map", set.DataTypeOf is { } dataOf ? [.. NftElementWriter.Parts(dataOf).Select(part => NftTypeOf.Find(part)?.Name ?? "integer")] : set.DataTypes);
        if (set.Policy is not null)
            writer.WriteString("policy", set.Policy);
        if (set.Size is { } size)
            writer.WriteNumber("size", size);
        // nft leaves dynamic out.
        if (set.Flags.Any(flag => flag != "dynamic"))
        {
            writer.WritePropertyName("flags");
            Array(set.Flags.Where(flag => flag != "dynamic"), writer.WriteStringValue);
        }

        if (set.Timeout is not null)
            writer.WriteNumber("timeout", Seconds(set.Timeout));
        if (set.GcInterval is not null)
            writer.WriteNumber("gc-interval", Seconds(set.GcInterval));
        if (set.AutoMerge)
            writer.WriteBoolean("auto-merge", true);
        if (set.Statements.Count > 0)
        {
            writer.WritePropertyName("stmt");
            Array(set.Statements, Statement);
        }

        if (set.Elements is null)
            return;
        writer.WritePropertyName("elem");
        Array(set.Elements, Element);
    }

    private static ulong Seconds(string time) => (ulong)(NftDataTypes.Time.Parse(time, NftNames.None) ?? 0) / 1000;

    private void Chain(Model.NftTable table, Model.NftChain chain)
    {
        writer.WriteString("family", table.Family);
        writer.WriteString("table", table.Name);
        writer.WriteString("name", chain.Name);
        writer.WriteNumber("handle", chain.Handle);
        Comment(chain.Comment);
        if (chain.Type is null)
            return;
        writer.WriteString("type", chain.Type);
        writer.WriteString("hook", chain.Hook);
        writer.WriteNumber("prio", NftHookNames.Priority(NftHookNames.Family(table.Family) ?? NftFamily.Ip, chain.Hook, chain.Priority ?? "0") ?? 0);
        if (chain.Devices.Count > 0)
            Strings("dev", chain.Devices);
        writer.WriteString("policy", chain.Policy);
    }

    private void Rule(Model.NftTable table, Model.NftChain chain, Model.NftRule rule)
    {
        writer.WriteString("family", table.Family);
        writer.WriteString("table", table.Name);
        writer.WriteString("chain", chain.Name);
        writer.WriteNumber("handle", rule.Handle);
        Comment(rule.Comment);
        writer.WritePropertyName("expr");
        Array(rule.Statements, Statement);
    }

    private void Statement(NftStatement statement)
    {
        switch (statement)
        {
            case NftStatement.Match match:
                Match(match.Operator.Length != 0 ? match.Operator : IsFlags(match) ? "in" : "==", () => Term(match.Left), () => Term(match is { Left: NftTerm.Route { Key: "classid" }, Right: NftTerm.Word realm } ? realm with { IsQuoted = true } : match.Right));
                break;
            case NftStatement.FlagMatch match:
                Match(match.Operator.Length != 0 ? match.Operator : "==", () => One("&", () => Array<NftTerm>([match.Left, match.Mask], Term)), () => Term(match.Flags));
                break;
            case NftStatement.VerdictMap map:
                Named("vmap", () => Mapping(map.Key, map.Mappings));
                break;
            case NftStatement.Assign assign:
                Named("mangle", () =>
                {
                    writer.WritePropertyName("key");
                    Term(assign.Target);
                    writer.WritePropertyName("value");
                    Term(assign.Value);
                });
                break;
            case NftStatement.Verdict verdict:
                Term(new NftTerm.Verdict(verdict.Kind, verdict.Chain));
                break;
            case NftStatement.AnonymousChain:
                // nft 1.0.6 has no object for it, and prints its text.
                writer.WriteStringValue(statement.ToString());
                break;
            case NftStatement.Counter { Packets: null }:
                One("counter", writer.WriteNullValue);
                break;
            case NftStatement.Counter counter:
                Named("counter", () =>
                {
                    writer.WriteNumber("packets", counter.Packets ?? 0);
                    writer.WriteNumber("bytes", counter.Bytes ?? 0);
                });
                break;
            case NftStatement.Object named:
                One(named.Kind, () => Term(named.Name));
                break;
            case NftStatement.Limit limit:
                Named("limit", () => Limit(limit));
                break;
            case NftStatement.Quota quota:
                Named("quota", () =>
                {
                    writer.WriteNumber("val", quota.Amount);
                    writer.WriteString("val_unit", quota.Unit);
                    if (quota.IsOver)
                        writer.WriteBoolean("inv", true);
                    if (quota.Used is { } used)
                    {
                        writer.WriteNumber("used", used);
                        writer.WriteString("used_unit", quota.UsedUnit);
                    }
                });
                break;
            case NftStatement.ConnectionLimit limit:
                Named("ct count", () =>
                {
                    writer.WriteNumber("val", limit.Count);
                    if (limit.IsOver)
                        writer.WriteBoolean("inv", true);
                });
                break;
            case NftStatement.Log log:
                Log(log);
                break;
            case NftStatement.Nat nat:
                Nat(nat);
                break;
            case NftStatement.Tproxy tproxy:
                Named("tproxy", () =>
                {
                    if (tproxy.Family.Length != 0)
                        writer.WriteString("family", tproxy.Family);
                    Optional("addr", tproxy.Address);
                    Optional("port", tproxy.Port);
                });
                break;
            case NftStatement.Reject reject:
                Named("reject", () =>
                {
                    // A bare reject is the one for both families.
                    writer.WriteString("type", reject.With.Length == 0 ? "icmpx" : reject.With);
                    if (reject.With != "tcp reset")
                        writer.WriteString("expr", reject.Code ?? "port-unreachable");
                });
                break;
            case NftStatement.Notrack:
                One("notrack", writer.WriteNullValue);
                break;
            case NftStatement.Queue queue:
                Named("queue", () =>
                {
                    Optional("num", queue.Number);
                    if (queue.Flags.Count > 0)
                        Strings("flags", queue.Flags);
                });
                break;
            case NftStatement.SetUpdate update:
                Named("set", () =>
                {
                    writer.WriteString("op", update.Operation);
                    writer.WritePropertyName("elem");
                    Element(update.Element);
                    writer.WriteString("set", $"@{update.Set}");
                });
                break;
            default:
                One("xt", () => writer.WriteStringValue(statement.ToString()));
                break;
        }
    }

    private void Match(string operation, Action left, Action right) => Named("match", () =>
    {
        writer.WriteString("op", operation);
        writer.WritePropertyName("left");
        left();
        writer.WritePropertyName("right");
        right();
    });

    /// <summary>A flag among others, not the value as a whole.</summary>
    private static bool IsFlags(NftStatement.Match match) => match.Left is not NftTerm.Operation && match.Right is NftTerm.Word or NftTerm.List && NftTypeOf.Find(match.Left)?.Kind == NftDataKind.Bitmask;

    private void Mapping(NftTerm key, NftTerm mappings)
    {
        writer.WritePropertyName("key");
        Term(key);
        writer.WritePropertyName("data");
        Term(mappings);
    }

    private void Optional(string name, NftTerm? term)
    {
        if (term is null)
            return;
        writer.WritePropertyName(name);
        Term(term);
    }

    private void Limit(NftStatement.Limit limit, bool isObject = false)
    {
        const ulong packetBurst = 5;
        writer.WriteNumber("rate", limit.Rate);
        if (isObject)
            writer.WriteString("per", limit.Per);
        writer.WriteNumber("burst", limit.Burst ?? (limit.Unit.Length == 0 ? packetBurst : 0));
        if (!isObject)
            writer.WriteString("per", limit.Per);
        if (limit.IsOver)
            writer.WriteBoolean("inv", true);
        if (limit.Unit.Length == 0)
            return;
        writer.WriteString("rate_unit", limit.Unit);
        writer.WriteString("burst_unit", limit.Burst is null ? "bytes" : limit.BurstUnit);
    }

    private void Log(NftStatement.Log log)
    {
        if (log is { Prefix: null, Group: null, SnapLength: null, QueueThreshold: null, Level: null, Flags.Count: 0 })
        {
            One("log", writer.WriteNullValue);
            return;
        }

        Named("log", () =>
        {
            if (log.Prefix is not null)
                writer.WriteString("prefix", log.Prefix);
            if (log.Group is { } group)
                writer.WriteNumber("group", group);
            if (log.SnapLength is { } length)
                writer.WriteNumber("snaplen", length);
            if (log.QueueThreshold is { } threshold)
                writer.WriteNumber("queue-threshold", threshold);
            if (log.Level is not null)
                writer.WriteString("level", log.Level);
            if (log.Flags.Count > 0)
                Strings("flags", [.. log.Flags.SelectMany(flag => flag.StartsWith("tcp ", StringComparison.Ordinal) ? flag[4..].Split(',').Select(part => $"tcp {part}") : [flag])]);
        });
    }

    private void Nat(NftStatement.Nat nat)
    {
        if (nat is { Address: null, Port: null, Flags.Count: 0 })
        {
            One(nat.Kind, writer.WriteNullValue);
            return;
        }

        Named(nat.Kind, () =>
        {
            if (nat.Family.Length != 0)
                writer.WriteString("family", nat.Family);
            Optional("addr", nat.Address);
            Optional("port", nat.Port);
            if (nat.Flags.Count > 0)
                Strings("flags", nat.Flags);
            if (nat.IsPrefix)
                writer.WriteString("type_flags", "prefix");
        });
    }

    private void Element(Model.NftElement element)
    {
        if (element.Data is not null)
        {
            writer.WriteStartArray();
            Element(element with { Data = null });
            Term(element.Data);
            writer.WriteEndArray();
            return;
        }

        if (element is { Timeout: null, Expires: null, Comment: null, Statements.Count: 0 })
        {
            Term(element.Key);
            return;
        }

        Named("elem", () =>
        {
            writer.WritePropertyName("val");
            Term(element.Key);
            if (element.Timeout is not null)
                writer.WriteNumber("timeout", Seconds(element.Timeout));
            if (element.Expires is not null)
                writer.WriteNumber("expires", Seconds(element.Expires));
            Comment(element.Comment);
        });
    }

    private void Term(NftTerm term)
    {
        switch (term)
        {
            case NftTerm.Word { IsQuoted: false } word when NftDataTypes.RawInteger.Parse(word.Text, NftNames.None) is { } number && number <= ulong.MaxValue:
                writer.WriteNumberValue((ulong)number);
                break;
            case NftTerm.Word { IsQuoted: false, Text: "exists" or "missing" } word:
                writer.WriteBooleanValue(word.Text == "exists");
                break;
            case NftTerm.Word word:
                writer.WriteStringValue(word.Text);
                break;
            case NftTerm.Prefix prefix:
                Named("prefix", () =>
                {
                    writer.WritePropertyName("addr");
                    Term(prefix.Address);
                    writer.WriteNumber("len", prefix.Length);
                });
                break;
            case NftTerm.Range range:
                One("range", () => Array<NftTerm>([range.From, range.To], Term));
                break;
            case NftTerm.List list:
                Array(list.Items, Term);
                break;
            case NftTerm.Concatenation concatenation:
                One("concat", () => Array(concatenation.Parts, Term));
                break;
            case NftTerm.Set set:
                One("set", () => Array(set.Elements, Element));
                break;
            case NftTerm.SetReference reference:
                writer.WriteStringValue($"@{reference.Name}");
                break;
            case NftTerm.Operation operation:
                One(operation.Operator, () => Array<NftTerm>([operation.Left, operation.Right], Term));
                break;
            case NftTerm.Map map:
                Named("map", () => Mapping(map.Key, map.Mappings));
                break;
            case NftTerm.Verdict verdict:
                One(verdict.Kind, () =>
                {
                    if (verdict.Chain is null)
                    {
                        writer.WriteNullValue();
                        return;
                    }

                    writer.WriteStartObject();
                    writer.WriteString("target", verdict.Chain);
                    writer.WriteEndObject();
                });
                break;
            default:
                Selector(term);
                break;
        }
    }

    private void Selector(NftTerm term)
    {
        switch (term)
        {
            case NftTerm.Payload payload:
                Named("payload", () =>
                {
                    writer.WriteString("protocol", payload.Protocol);
                    writer.WriteString("field", payload.Field);
                });
                break;
            case NftTerm.RawPayload raw:
                Named("payload", () =>
                {
                    writer.WriteString("base", raw.Base);
                    writer.WriteNumber("offset", raw.Offset);
                    writer.WriteNumber("len", raw.Length);
                });
                break;
            case NftTerm.Meta meta:
                Named("meta", () => writer.WriteString("key", meta.Key));
                break;
            case NftTerm.Ct ct:
                Named("ct", () =>
                {
                    writer.WriteString("key", ct.Key);
                    if (ct.Direction is not null)
                        writer.WriteString("dir", ct.Direction);
                });
                break;
            case NftTerm.Socket socket:
                Named("socket", () => writer.WriteString("key", socket.Key));
                break;
            case NftTerm.Route route:
                Named("rt", () => writer.WriteString("key", route.Key));
                break;
            case NftTerm.Fib fib:
                Named("fib", () =>
                {
                    writer.WriteString("result", fib.Result);
                    writer.WritePropertyName("flags");
                    Array(fib.Tuple, writer.WriteStringValue);
                });
                break;
            case NftTerm.Numgen numgen:
                Named("numgen", () =>
                {
                    writer.WriteString("mode", numgen.Mode);
                    writer.WriteNumber("mod", numgen.Modulus);
                    writer.WriteNumber("offset", numgen.Offset);
                });
                break;
            case NftTerm.Hash hash:
                Named(hash.Key is null ? "symhash" : "jhash", () =>
                {
                    writer.WriteNumber("mod", hash.Modulus);
                    if (hash.Offset != 0)
                        writer.WriteNumber("offset", hash.Offset);
                    if (hash.Seed is { } seed)
                        writer.WriteNumber("seed", seed);
                    Optional("expr", hash.Key);
                });
                break;
            case NftTerm.TcpOption option:
                Named("tcp option", () =>
                {
                    writer.WriteString("name", option.Option);
                    if (option.Field is not null)
                        writer.WriteString("field", option.Field);
                });
                break;
            case NftTerm.ExtensionHeader header:
                Named("exthdr", () =>
                {
                    writer.WriteString("name", header.Header);
                    if (header.Field is not null)
                        writer.WriteString("field", header.Field);
                });
                break;
            default:
                writer.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{term}"));
                break;
        }
    }
}
