using System.Net.Sockets;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Rules.Text;

namespace Weir.Rules.Ip.Json;

/// <summary>A listing of <c>ip -j</c>: each of its objects an entry, and all that is between them kept as it stands.</summary>
/// <remarks>A link's object is taken apart: its own members up to <c>addr_info</c> are one entry, each of its addresses another.</remarks>
internal static class IpJson
{
    // As ip: only quotes, backslashes and control characters are escaped.
    internal static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>An entry's object; a link's without its end, since addresses may follow.</summary>
    internal static string Print(IpEntry entry, IpNameTables names, IpListing? listing)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Form))
        {
            switch (entry)
            {
                case RuleEntry rule: RuleText.WriteJson(rule, writer, names); break;
                case RouteEntry route: RouteText.WriteJson(route, writer, names, withTable: listing?.Table is null); break;
                case AddressEntry address: AddressText.WriteJson(address, writer, names); break;
                case NeighborEntry neighbor: NeighborText.WriteJson(neighbor, writer, names); break;
                case LinkEntry link:
                    writer.WriteStartObject();
                    LinkText.WriteJson(link, writer, names);
                    break;
            }
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Adds the lines of one listing, and what was not understood.</summary>
    /// <param name="text">From its first bracket to its last.</param>
    /// <param name="end">What stands behind it.</param>
    /// <param name="number">The number of its first line.</param>
    /// <param name="listing">The command before it, if there was one.</param>
    /// <param name="names">Names for numbers.</param>
    /// <param name="lines">Where to add them.</param>
    /// <param name="findings">Where to tell.</param>
    internal static void Parse(string text, string end, int number, IpListing? listing, IpNameTables names, List<IpLine> lines, List<TextFinding> findings)
    {
        var pieces = new JsonPieces(text);
        try
        {
            pieces.Read();
        }
        catch (Exception exception) when (exception is JsonException or LineException)
        {
            findings.Add(new TextFinding(number, Shortened(text), $"This is no JSON: {exception.Message}"));
            lines.Add(new IpLine(number, null, text) { End = end });
            return;
        }

        var parser = new Parser(listing, names, lines, findings);
        lines.Add(new IpLine(number, null, pieces.Head) { End = "" });
        foreach (var piece in pieces.All)
            parser.Take(piece, number);
        lines[^1] = lines[^1] with { End = lines[^1].End + end };
    }

    private static string Shortened(string text) => text.Length <= 400 ? text : $"{text[..400]}…";

    private sealed class Parser(IpListing? listing, IpNameTables names, List<IpLine> lines, List<TextFinding> findings)
    {
        private string _link = "";

        internal void Take(JsonPiece piece, int number)
        {
            var at = number + piece.Line;
            IpEntry? entry = null;
            if (!piece.IsAddress)
                _link = "";
            try
            {
                using var document = JsonDocument.Parse(piece.Whole, Strict);
                var members = new Members(document.RootElement);
                // A link that a filter of the command left out stands as an empty object.
                entry = members.IsEmpty ? null : Entry(piece, members);
                if (members.Unknown().ToArray() is [_, ..] unknown)
                    findings.Add(new TextFinding(at, Shortened(piece.Whole), $"Not known here: {string.Join(", ", unknown)}."));
            }
            catch (Exception exception) when (exception is LineException or JsonException)
            {
                findings.Add(new TextFinding(at, Shortened(piece.Whole), exception.Message));
            }

            var line = new IpLine(at, entry, null) { IsJson = true, End = piece.End };
            lines.Add(entry is not null && line.Print(names, listing) == piece.Text ? line : line with { Verbatim = piece.Text });
        }

        private IpEntry Entry(JsonPiece piece, Members members)
        {
            if (piece.IsAddress && _link.Length == 0)
                throw new LineException("It is an address of a link that was not understood.");
            if (piece.IsAddress)
                return AddressJson.Parse(members, _link, names);
            var family = listing?.Family ?? AddressFamily.Unspecified;
            if (members.Has("ifname") || members.Has("ifindex"))
            {
                // Its addresses are pieces of their own.
                members.Take("addr_info");
                var link = LinkJson.Parse(members, names);
                _link = link.Name;
                return link;
            }

            if (members.Has("priority"))
                return RuleJson.Parse(members, family, names);
            if (!members.Has("dst"))
                throw new LineException("This is no rule, route, link, address or neighbour of ip -j.");
            // Only routes have flags, an empty list mostly.
            return listing?.Subject == "neighbour" || !members.Has("flags")
                ? NeighborJson.Parse(members, names)
                : RouteJson.Parse(members, family, listing is { Subject: "route", Table: { } table } ? table : 254, names);
        }
    }
}
