using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Weir.Rules.Text;

namespace Weir.Rules.Conntrack;

/// <summary>Texts of <c>conntrack -L</c> and <c>conntrack -E</c>, conntrack(8), to and from the model.</summary>
/// <remarks>
/// <code>
/// [event] [ipv4 2] tcp      6 431999 ESTABLISHED src= dst= sport= dport= [packets= bytes=] [[UNREPLIED]] src= dst= sport= dport= [packets= bytes=] [[ASSURED]] mark= … use=
/// </code>
/// </remarks>
public static class ConntrackText
{
    private const byte Gre = 47;

    private static readonly (byte Number, string Name)[] Protocols =
        [(1, "icmp"), (6, "tcp"), (17, "udp"), (33, "dccp"), (Gre, "gre"), (58, "icmpv6"), (132, "sctp"), (136, "udplite")];

    /// <summary>Takes any text.</summary>
    public static ParsedText<ConntrackListing> Parse(string text)
    {
        var lines = new List<ConntrackLine>();
        var findings = new List<TextFinding>();
        var rows = text.Split('\n');
        var count = rows[^1].Length == 0 ? rows.Length - 1 : rows.Length;
        for (var i = 0; i < count; i++)
        {
            var row = rows[i];
            var flow = ParseFlow(row);
            // A word that has no place in the model would be lost: then the line stays text.
            if (flow is not null && Print(flow) != row)
                flow = null;
            if (flow is null && row.Trim().Length != 0 && !row.StartsWith("conntrack v", StringComparison.Ordinal))
                findings.Add(new TextFinding(i + 1, row, "this is no line of conntrack -L that Weir understands whole"));
            lines.Add(new ConntrackLine(i + 1, row, flow));
        }

        return new ParsedText<ConntrackListing>(new ConntrackListing(lines), findings);
    }

    /// <summary>As the tool prints it, without the line's end.</summary>
    public static string Print(ConntrackFlow flow)
    {
        var text = new StringBuilder();
        text.Append(flow.Event switch
        {
            ConntrackEventKind.New => "    [NEW] ",
            ConntrackEventKind.Update => " [UPDATE] ",
            ConntrackEventKind.Destroy => "[DESTROY] ",
            _ => "",
        });
        if (flow.Family is { } family)
            text.Append(family == AddressFamily.InterNetwork ? "ipv4     2 " : "ipv6     10 ");
        text.Append(CultureInfo.InvariantCulture, $"{ProtocolName(flow.Protocol),-8} {flow.Protocol}");
        Number(text, "", flow.Timeout);
        if (flow.State is { } state)
            text.Append(' ').Append(state);
        Print(text, flow.Original);
        if (flow.Unreplied)
            text.Append(" [UNREPLIED]");
        Print(text, flow.Reply);
        if (flow.Flag is { } flag)
            text.Append($" [{flag}]");
        Number(text, "mark=", flow.Mark);
        if (flow.SecurityContext is { } context)
            text.Append(" secctx=").Append(context);
        Number(text, "zone=", flow.Zone);
        Number(text, "zone-orig=", flow.OriginalZone);
        Number(text, "zone-reply=", flow.ReplyZone);
        Number(text, "delta-time=", flow.DeltaTime);
        if (flow.Helper is { } helper)
            text.Append(" helper=").Append(helper);
        Number(text, "use=", flow.Use);
        Number(text, "id=", flow.Id);
        return text.ToString();
    }

    private static string ProtocolName(byte number) => Array.Find(Protocols, protocol => protocol.Number == number).Name ?? "unknown";

    private static void Print(StringBuilder text, ConntrackDirection direction)
    {
        text.Append($" src={InetText.Print(direction.Source)} dst={InetText.Print(direction.Destination)}");
        Number(text, "sport=", direction.SourcePort);
        Number(text, "dport=", direction.DestinationPort);
        Number(text, "type=", direction.IcmpType);
        Number(text, "code=", direction.IcmpCode);
        Number(text, "id=", direction.IcmpId);
        if (direction.SourceKey is { } sourceKey)
            text.Append(CultureInfo.InvariantCulture, $" srckey=0x{sourceKey:x}");
        if (direction.DestinationKey is { } destinationKey)
            text.Append(CultureInfo.InvariantCulture, $" dstkey=0x{destinationKey:x}");
        Number(text, "packets=", direction.Packets);
        Number(text, "bytes=", direction.Bytes);
    }

    private static void Number(StringBuilder text, string name, ulong? value)
    {
        if (value is { } number)
            text.Append(CultureInfo.InvariantCulture, $" {name}{number}");
    }

    private static ConntrackFlow? ParseFlow(string line)
    {
        var words = new Words(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        ConntrackEventKind? happened = words.Take("[NEW]") ? ConntrackEventKind.New : words.Take("[UPDATE]") ? ConntrackEventKind.Update : words.Take("[DESTROY]") ? ConntrackEventKind.Destroy : null;
        AddressFamily? family = words.Take("ipv4") ? AddressFamily.InterNetwork : words.Take("ipv6") ? AddressFamily.InterNetworkV6 : null;
        if (family is not null)
            words.Skip();
        words.Skip();
        if (words.Bare<byte>() is not { } protocol)
            return null;
        var timeout = words.Bare<uint>();
        var state = words.State();
        if (Direction(words) is not { } original)
            return null;
        var unreplied = words.Take("[UNREPLIED]");
        if (Direction(words) is not { } reply)
            return null;
        return new ConntrackFlow
        {
            Event = happened,
            Family = family,
            Protocol = protocol,
            Timeout = timeout,
            State = state,
            Original = original,
            Unreplied = unreplied,
            Reply = reply,
            Flag = words.Take("[ASSURED]") ? "ASSURED" : words.Take("[OFFLOAD]") ? "OFFLOAD" : words.Take("[HW_OFFLOAD]") ? "HW_OFFLOAD" : null,
            Mark = words.Value<uint>("mark"),
            SecurityContext = words.Text("secctx"),
            Zone = words.Value<ushort>("zone"),
            OriginalZone = words.Value<ushort>("zone-orig"),
            ReplyZone = words.Value<ushort>("zone-reply"),
            DeltaTime = words.Value<ulong>("delta-time"),
            Helper = words.Text("helper"),
            Use = words.Value<uint>("use"),
            Id = words.Value<uint>("id"),
        };
    }

    private static ConntrackDirection? Direction(Words words)
    {
        if (InetText.Parse(words.Text("src")) is not { } source || InetText.Parse(words.Text("dst")) is not { } destination)
            return null;
        return new ConntrackDirection
        {
            Source = source,
            Destination = destination,
            SourcePort = words.Value<ushort>("sport"),
            DestinationPort = words.Value<ushort>("dport"),
            IcmpType = words.Value<byte>("type"),
            IcmpCode = words.Value<byte>("code"),
            IcmpId = words.Value<ushort>("id"),
            SourceKey = words.Hex("srckey"),
            DestinationKey = words.Hex("dstkey"),
            Packets = words.Value<ulong>("packets"),
            Bytes = words.Value<ulong>("bytes"),
        };
    }

    /// <summary>The words of a line, taken from the front; what does not fit stays.</summary>
    private sealed class Words(string[] words)
    {
        private int _next;

        private string? Next => _next < words.Length ? words[_next] : null;

        internal void Skip() => _next++;

        internal bool Take(string word)
        {
            if (Next != word)
                return false;
            _next++;
            return true;
        }

        internal T? Bare<T>()
            where T : struct, ISpanParsable<T> => Parsed<T>(Next, 0);

        internal T? Value<T>(string name)
            where T : struct, ISpanParsable<T> => Has(name) ? Parsed<T>(Next, name.Length + 1) : null;

        internal string? Text(string name)
        {
            if (!Has(name))
                return null;
            return words[_next++][(name.Length + 1)..];
        }

        internal ushort? Hex(string name)
        {
            const string prefix = "0x";
            if (!Has(name) || !words[_next].AsSpan(name.Length + 1).StartsWith(prefix)
                || !ushort.TryParse(words[_next].AsSpan(name.Length + 1 + prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                return null;
            _next++;
            return value;
        }

        /// <summary>A word in capitals.</summary>
        internal string? State() => Next is { Length: > 0 } word && char.IsAsciiLetterUpper(word[0]) ? words[_next++] : null;

        private bool Has(string name) => Next is { } word && word.Length > name.Length && word[name.Length] == '=' && word.StartsWith(name, StringComparison.Ordinal);

        private T? Parsed<T>(string? word, int start)
            where T : struct, ISpanParsable<T>
        {
            if (word is null || !T.TryParse(word.AsSpan(start), CultureInfo.InvariantCulture, out var value))
                return null;
            _next++;
            return value;
        }
    }
}
