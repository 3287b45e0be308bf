using System.Text;
using Weir.Rules.Nft.Types;

namespace Weir.Rules.Nft;

/// <summary>Prints the model as nft 1.0.6 does, tabs included.</summary>
internal static class NftPrinter
{
    private const string ElementBreak = ",\n\t\t\t     ";

    private static readonly string[] FivePerLine = ["nf_proto", "integer", "arp_op", "inet_proto", "inet_service", "tcp_flag", "dccp_pkttype", "mark", "iface_index", "classid", "uid", "gid", "ct_dir"];
    private static readonly string[] TwoPerLine = ["ipv4_addr", "ct_state", "ct_status", "pkt_type"];

    internal static string Ruleset(NftRuleset ruleset)
    {
        var text = new StringBuilder();
        foreach (var item in ruleset.Items)
        {
            switch (item)
            {
                case NftTable table:
                    Table(text, $"table {table.Family} {table.Name}", table);
                    break;
                case NftCommand command:
                    Command(text, command);
                    break;
                default:
                    Line(text, "", Text(item), item);
                    break;
            }
        }

        return text.ToString();
    }

    internal static string Rule(NftRule rule)
    {
        var text = string.Join(' ', rule.Statements.Select(Statement));
        return rule.Comment is null ? text : $"{text} comment \"{rule.Comment}\"";
    }

    internal static string Term(NftTerm term) => term switch
    {
        NftTerm.Word word => word.IsQuoted ? $"\"{word.Text}\"" : word.Text,
        NftTerm.Prefix prefix => $"{Term(prefix.Address)}/{prefix.Length}",
        NftTerm.Range range => $"{Term(range.From)}-{Term(range.To)}",
        NftTerm.List list => string.Join(',', list.Items.Select(Term)),
        NftTerm.Concatenation concatenation => string.Join(" . ", concatenation.Parts.Select(Term)),
        NftTerm.Set { Elements.Count: 0 } => "{ }",
        NftTerm.Set set => $"{{ {string.Join(", ", set.Elements.Select(Element))} }}",
        NftTerm.SetReference reference => $"@{reference.Name}",
        NftTerm.Operation operation => $"{Operand(operation, operation.Left)} {operation.Operator} {Operand(operation, operation.Right)}",
        NftTerm.Map map => $"{Term(map.Key)} map {Term(map.Mappings)}",
        NftTerm.Verdict verdict => verdict.Chain is null ? verdict.Kind : $"{verdict.Kind} {verdict.Chain}",
        NftTerm.Payload payload => $"{payload.Protocol} {payload.Field}",
        NftTerm.RawPayload raw => $"@{raw.Base},{raw.Offset},{raw.Length}",
        NftTerm.Meta meta => NftKeys.Unqualified.Contains(meta.Key, StringComparer.Ordinal) ? meta.Key : $"meta {meta.Key}",
        NftTerm.Ct ct => ct.Direction is null ? $"ct {ct.Key}" : $"ct {ct.Direction} {ct.Key}",
        NftTerm.Fib fib => $"fib {string.Join(" . ", fib.Tuple)} {fib.Result}",
        NftTerm.Numgen numgen => $"numgen {numgen.Mode} mod {numgen.Modulus}{Offset(numgen.Offset)}",
        NftTerm.Hash { Key: null } hash => $"symhash mod {hash.Modulus}{Offset(hash.Offset)}",
        NftTerm.Hash hash => $"jhash {Term(hash.Key)} mod {hash.Modulus}{(hash.Seed is { } seed ? $" seed 0x{seed:x}" : "")}{Offset(hash.Offset)}",
        NftTerm.Socket socket => socket.Level is { } level ? $"socket {socket.Key} level {level}" : $"socket {socket.Key}",
        NftTerm.TcpOption option => option.Field is null ? $"tcp option {option.Option}" : $"tcp option {option.Option} {option.Field}",
        NftTerm.ExtensionHeader header => header.Field is null ? $"exthdr {header.Header}" : $"{header.Header} {header.Field}",
        NftTerm.Route route => $"rt {route.Key}",
        _ => "",
    };

    internal static string Statement(NftStatement statement) => statement switch
    {
        NftStatement.Match match => match.Operator.Length == 0 ? $"{Term(match.Left)} {Term(match.Right)}" : $"{Term(match.Left)} {match.Operator} {Term(match.Right)}",
        NftStatement.FlagMatch match => $"{Term(match.Left)} {(match.Operator.Length == 0 ? "" : $"{match.Operator} ")}{Term(match.Flags)} / {Term(match.Mask)}",
        NftStatement.VerdictMap map => $"{Term(map.Key)} vmap {Term(map.Mappings)}",
        NftStatement.Assign assign => $"{Term(assign.Target)} set {Term(assign.Value)}",
        NftStatement.Verdict verdict => verdict.Chain is null ? verdict.Kind : $"{verdict.Kind} {verdict.Chain}",
        NftStatement.AnonymousChain chain => AnonymousChain(chain),
        NftStatement.Counter counter => counter.Packets is null ? "counter" : $"counter {Figures(counter)}",
        NftStatement.Object { Kind: "counter" or "quota" or "limit" or "synproxy" } named => $"{named.Kind} name {Term(named.Name)}",
        NftStatement.Object named => $"{named.Kind} set {Term(named.Name)}",
        NftStatement.Limit limit => $"limit {Rate(limit)}",
        NftStatement.Quota quota => $"quota {Amount(quota)}",
        NftStatement.ConnectionLimit limit => $"ct count {(limit.IsOver ? "over " : "")}{limit.Count}",
        NftStatement.Log log => Log(log),
        NftStatement.Nat nat => Nat(nat),
        NftStatement.Tproxy tproxy => $"tproxy{(tproxy.Family.Length == 0 ? "" : $" {tproxy.Family}")} to{AddressAndPort(tproxy.Address, tproxy.Port, hasPort: true)}",
        NftStatement.Reject reject => reject.With.Length == 0 ? "reject" : reject.Code is null ? $"reject with {reject.With}" : $"reject with {reject.With} {reject.Code}",
        NftStatement.Queue queue => $"queue{(queue.Flags.Count == 0 ? "" : $" flags {string.Join(',', queue.Flags)}")}{(queue.Number is null ? "" : $" to {Term(queue.Number)}")}",
        NftStatement.Notrack => "notrack",
        NftStatement.Dup dup => $"dup to {Term(dup.To)}{(dup.Device is null ? "" : $" device {Term(dup.Device)}")}",
        NftStatement.Fwd fwd => fwd.Address is null ? $"fwd to {Term(fwd.Device)}" : $"fwd {fwd.Family} to {Term(fwd.Address)} device {Term(fwd.Device)}",
        NftStatement.SetUpdate update => $"{update.Operation} @{update.Set} {{ {Update(update.Element)} }}",
        NftStatement.FlowAdd flow => $"flow add @{flow.FlowTable}",
        NftStatement.Synproxy synproxy => Synproxy(synproxy),
        NftStatement.Last last => last.Used is null ? "last" : $"last used {last.Used}",
        NftStatement.Unknown unknown => unknown.Text,
        _ => "",
    };

    internal static string Element(NftElement element)
    {
        var text = new StringBuilder(Term(element.Key));
        foreach (var statement in element.Statements)
            text.Append(' ').Append(Statement(statement));
        if (element.Timeout is not null)
            text.Append($" timeout {element.Timeout}");
        if (element.Expires is not null)
            text.Append($" expires {element.Expires}");
        if (element.Comment is not null)
            text.Append($" comment \"{element.Comment}\"");
        if (element.Data is not null)
            text.Append($" : {Term(element.Data)}");
        return text.ToString();
    }

    /// <summary>As an element, but the time-out stands before the statements.</summary>
    private static string Update(NftElement element)
    {
        var timeout = element.Timeout is null ? "" : $" timeout {element.Timeout}";
        var statements = string.Concat(element.Statements.Select(statement => $" {Statement(statement)}"));
        return $"{Term(element.Key)}{timeout}{statements}{(element.Data is null ? "" : $" : {Term(element.Data)}")}";
    }

    private static string Operand(NftTerm.Operation parent, NftTerm child) =>
        child is NftTerm.Operation inner && Precedence(inner.Operator) < Precedence(parent.Operator) ? $"({Term(child)})" : child is NftTerm.List ? $"({Term(child)})" : Term(child);

    private static int Precedence(string name) => name switch
    {
        "|" => 1,
        "^" => 2,
        "&" => 3,
        _ => 4,
    };

    private static string Offset(uint offset) => offset == 0 ? "" : $" offset {offset}";

    private static string Figures(NftStatement.Counter counter) => $"packets {counter.Packets} bytes {counter.Bytes}";

    private static string Rate(NftStatement.Limit limit)
    {
        var unit = limit.Unit.Length == 0 ? "" : $" {limit.Unit}";
        var burst = limit.Burst is { } value ? $" burst {value} {limit.BurstUnit}" : "";
        return $"rate {(limit.IsOver ? "over " : "")}{limit.Rate}{unit}/{limit.Per}{burst}";
    }

    private static string Amount(NftStatement.Quota quota) => $"{(quota.IsOver ? "over " : "")}{quota.Amount} {quota.Unit}{(quota.Used is { } used ? $" used {used} {quota.UsedUnit}" : "")}";

    private static string Log(NftStatement.Log log)
    {
        var text = new StringBuilder("log");
        if (log.Prefix is not null)
            text.Append($" prefix \"{log.Prefix}\"");
        if (log.Group is { } group)
            text.Append($" group {group}");
        if (log.SnapLength is { } length)
            text.Append($" snaplen {length}");
        if (log.QueueThreshold is { } threshold)
            text.Append($" queue-threshold {threshold}");
        if (log.Level is not null)
            text.Append($" level {log.Level}");
        foreach (var flag in log.Flags)
            text.Append($" flags {flag}");
        return text.ToString();
    }

    private static string Nat(NftStatement.Nat nat)
    {
        var text = new StringBuilder(nat.Kind);
        if (nat.Address is not null || nat.Port is not null)
        {
            if (nat.Family.Length != 0)
                text.Append(' ').Append(nat.Family);
            text.Append(nat.IsPrefix ? " prefix to" : " to").Append(AddressAndPort(nat.Address, nat.Port, nat.Port is not null));
        }

        if (nat.Flags.Count > 0)
            text.Append(' ').Append(string.Join(',', nat.Flags));
        return text.ToString();
    }

    private static string AddressAndPort(NftTerm? address, NftTerm? port, bool hasPort)
    {
        var text = address switch
        {
            null => "",
            NftTerm.Word word when hasPort && word.Text.Contains(':', StringComparison.Ordinal) => $" [{word.Text}]",
            NftTerm.Range { From: NftTerm.Word from } range when hasPort && from.Text.Contains(':', StringComparison.Ordinal) => $" [{Term(range.From)}]-[{Term(range.To)}]",
            _ => $" {Term(address)}",
        };
        return port is null ? text : address is null ? $" :{Term(port)}" : $"{text}:{Term(port)}";
    }

    private static string Synproxy(NftStatement.Synproxy synproxy)
    {
        var text = new StringBuilder("synproxy");
        if (synproxy.Mss is { } mss)
            text.Append($" mss {mss}");
        if (synproxy.WindowScale is { } scale)
            text.Append($" wscale {scale}");
        if (synproxy.Timestamp)
            text.Append(" timestamp");
        if (synproxy.SackPermitted)
            text.Append(" sack-perm");
        return text.ToString();
    }

    /// <summary>As nft does it, with the same tabs wherever the rule stands.</summary>
    private static string AnonymousChain(NftStatement.AnonymousChain chain)
    {
        var text = new StringBuilder($"{chain.Kind} {{\n");
        foreach (var item in chain.Items)
            Line(text, "\t\t\t", Text(item), item);
        return text.Append("\t\t}").ToString();
    }

    private static string Text(NftItem item) => item switch
    {
        NftRemarkLine remark => remark.Text,
        NftUnparsed unparsed => unparsed.Text,
        NftRule rule => Rule(rule),
        NftDefinition { Value: { } value } definition => $"{definition.Verb} {definition.Name} = {Term(value)}",
        NftDefinition definition => $"{definition.Verb} {definition.Name}",
        _ => item.Source,
    };

    private static void Line(StringBuilder text, string indent, string line, NftItem? item = null)
    {
        text.Append(indent).Append(line);
        if (item?.Remark is { } remark)
            text.Append(' ').Append(remark);
        text.Append('\n');
    }

    private static void Table(StringBuilder text, string head, NftTable table)
    {
        text.Append(head).Append(" {\n");
        if (table.Flags.Count > 0)
            text.Append($"\tflags {string.Join(',', table.Flags)}\n");
        if (table.Comment is not null)
            text.Append($"\tcomment \"{table.Comment}\"\n");
        var isFirst = table.Flags.Count == 0;
        foreach (var item in table.Items)
        {
            if (item is NftRemarkLine or NftUnparsed or NftDefinition)
            {
                Line(text, "\t", Text(item), item);
                continue;
            }

            if (!isFirst)
                text.Append('\n');
            isFirst = false;
            Member(text, item);
        }

        Line(text, "", "}", table);
    }

    private static void Member(StringBuilder text, NftItem item)
    {
        switch (item)
        {
            case NftChain chain:
                text.Append($"\tchain {chain.Name} {{\n");
                Chain(text, chain);
                break;
            case NftSet set:
                text.Append($"\t{(set.IsMap ? "map" : "set")} {set.Name} {{\n");
                Set(text, set);
                break;
            case NftObject named:
                text.Append($"\t{named.Kind} {named.Name} {{\n");
                Object(text, named);
                break;
            case NftFlowTable flowTable:
                text.Append($"\tflowtable {flowTable.Name} {{\n");
                FlowTable(text, flowTable);
                break;
            default:
                Line(text, "\t", Text(item), item);
                return;
        }

        Line(text, "\t", "}", item);
    }

    private static void Chain(StringBuilder text, NftChain chain)
    {
        if (chain.Comment is not null)
            text.Append($"\t\tcomment \"{chain.Comment}\"\n");
        if (chain.Type is not null)
            text.Append("\t\t").Append(Hook(chain)).Append('\n');
        foreach (var item in chain.Items)
            Line(text, "\t\t", Text(item), item);
    }

    private static string Hook(NftChain chain)
    {
        var devices = chain.Devices.Count switch
        {
            0 => "",
            1 => $" device \"{chain.Devices[0]}\"",
            _ => $" devices = {{ {string.Join(", ", chain.Devices.Select(device => $"\"{device}\""))} }}",
        };
        var policy = chain.Policy is null ? "" : $" policy {chain.Policy};";
        var flags = chain.Flags.Count == 0 ? "" : $" flags {string.Join(',', chain.Flags)};";
        return $"type {chain.Type} hook {chain.Hook}{devices} priority {chain.Priority};{policy}{flags}";
    }

    private static void Set(StringBuilder text, NftSet set)
    {
        var key = set.TypeOf is { } of ? $"typeof {Term(of)}" : $"type {string.Join(" . ", set.KeyTypes)}";
        var data = set.DataTypeOf is { } dataOf ? Term(dataOf) : string.Join(" . ", set.DataTypes);
        text.Append($"\t\t{key}");
        if (data.Length != 0)
            text.Append(set.DataIsInterval ? $" : interval {data}" : $" : {data}");
        text.Append('\n');
        if (set.Policy is not null)
            text.Append($"\t\tpolicy {set.Policy}\n");
        if (set.Size is { } size)
            text.Append($"\t\tsize {size}\n");
        if (set.Flags.Count > 0)
            text.Append($"\t\tflags {string.Join(',', set.Flags)}\n");
        if (set.Statements.Count > 0)
            text.Append($"\t\t{string.Join(' ', set.Statements.Select(Statement))}\n");
        if (set.AutoMerge)
            text.Append("\t\tauto-merge\n");
        if (set.Timeout is not null)
            text.Append($"\t\ttimeout {set.Timeout}\n");
        if (set.GcInterval is not null)
            text.Append($"\t\tgc-interval {set.GcInterval}\n");
        if (set.Comment is not null)
            text.Append($"\t\tcomment \"{set.Comment}\"\n");
        foreach (var item in set.Items)
            Line(text, "\t\t", Text(item), item);
        if (set.Elements is { } elements)
            Elements(text, set, elements);
    }

    private static void Elements(StringBuilder text, NftSet set, IReadOnlyList<NftElement> elements)
    {
        text.Append("\t\telements = { ");
        var perLine = PerLine(set);
        for (var i = 0; i < elements.Count; i++)
        {
            if (i > 0)
                text.Append(i % perLine == 0 ? ElementBreak : ", ");
            text.Append(Element(elements[i]));
        }

        text.Append(" }\n");
    }

    /// <summary>nft 1.0.6 src/expression.c calculate_delim: how many elements stand on a line depends on their type.</summary>
    private static int PerLine(NftSet set)
    {
        var type = set.TypeOf is { } of ? NftTypeOf.Find(of)?.Name : set.KeyTypes.Count == 1 ? set.KeyTypes[0] : null;
        return type is null ? 1 : FivePerLine.Contains(type, StringComparer.Ordinal) ? 5 : TwoPerLine.Contains(type, StringComparer.Ordinal) ? 2 : 1;
    }

    private static void Object(StringBuilder text, NftObject named)
    {
        if (named.Comment is not null)
            text.Append($"\t\tcomment \"{named.Comment}\"\n");
        var state = named.State switch
        {
            NftStatement.Counter { Packets: not null } counter => Figures(counter),
            NftStatement.Quota quota => Amount(quota),
            NftStatement.Limit limit => Rate(limit),
            _ => null,
        };
        if (state is not null)
            text.Append($"\t\t{state}\n");
        foreach (var setting in named.Settings)
            text.Append($"\t\t{setting}\n");
    }

    private static void FlowTable(StringBuilder text, NftFlowTable table)
    {
        if (table.Priority is not null)
            text.Append($"\t\thook ingress priority {table.Priority}\n");
        if (table.Devices.Count > 0)
            text.Append($"\t\tdevices = {{ {string.Join(", ", table.Devices.Select(Term))} }}\n");
        if (table.Flags.Count > 0)
            text.Append($"\t\tflags {string.Join(',', table.Flags)}\n");
        if (table.HasCounter)
            text.Append("\t\tcounter\n");
    }

    private static void Command(StringBuilder text, NftCommand command)
    {
        var head = new StringBuilder(command.Verb).Append(' ').Append(command.Kind);
        foreach (var word in new[] { command.Family, command.Table, command.Kind == "table" ? "" : command.Name })
        {
            if (word.Length != 0)
                head.Append(' ').Append(word);
        }

        if (command.OfHandle is { } handle)
            head.Append($" handle {handle}");
        if (command.Position is { } position)
            head.Append($" position {position}");
        if (command.Index is { } index)
            head.Append($" index {index}");
        switch (command.Body)
        {
            case NftTable table when table.Items.Count > 0 || table.Comment is not null || table.Flags.Count > 0:
                Table(text, head.ToString(), table with { Remark = command.Remark });
                return;
            case NftRule rule:
                head.Append(' ').Append(Rule(rule));
                break;
            case NftSet { Elements: { } elements } when command.Kind == "element":
                head.Append($" {{ {string.Join(", ", elements.Select(Element))} }}");
                break;
            case NftChain { Type: null, Comment: null, Items.Count: 0 } or NftTable or NftFlowTable { Priority: null } or null:
                break;
            case NftItem body:
                var block = new StringBuilder();
                Member(block, body);
                var lines = block.ToString().TrimEnd('\n').Split('\n').Skip(1).Select(line => line.StartsWith('\t') ? line[1..] : line);
                head.Append(" {\n").AppendJoin('\n', lines);
                break;
        }

        Line(text, "", head.ToString(), command);
    }
}
