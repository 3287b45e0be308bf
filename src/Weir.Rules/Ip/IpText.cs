using System.Text;
using Weir.Rules.Ip.Json;

namespace Weir.Rules.Ip;

/// <summary>A text of <c>ip</c>: what its commands print, with and without <c>-j</c>, with their prompts, or lines as <c>ip -batch</c> takes them. Nothing of it is lost.</summary>
public sealed record IpText(IReadOnlyList<IpLine> Lines)
{
    /// <summary>The whole text; of a parsed one the same that was parsed.</summary>
    public string Print(IpNameTables names)
    {
        var text = new StringBuilder();
        IpListing? listing = null;
        foreach (var line in Lines)
        {
            listing = line.Entry as IpListing ?? listing;
            text.Append(line.Print(names, listing)).Append(line.End);
        }

        return text.ToString();
    }
}

/// <summary>A line of the text, or several that speak of one thing.</summary>
/// <param name="Number">The first line's, counted from 1.</param>
/// <param name="Entry">What it says; null for empty lines, comments, and what was not understood.</param>
/// <param name="Verbatim">How it stands, when that is not how the tool prints <paramref name="Entry"/>; else null.</param>
public sealed record IpLine(int Number, IpEntry? Entry, string? Verbatim)
{
    /// <summary>What stands behind it: the line's end, or what is between this object of <c>ip -j</c> and the next.</summary>
    public string End { get; init; } = "\n";

    /// <summary>Whether it is an object of <c>ip -j</c>.</summary>
    public bool IsJson { get; init; }

    /// <summary>As it stands, without its end.</summary>
    public string Print(IpNameTables names, IpListing? listing) => Verbatim ?? (IsJson && Entry is not null ? IpJson.Print(Entry, names, listing) : Entry switch
    {
        RuleEntry rule => RuleText.Print(rule, names),
        RouteEntry route => RouteText.Print(route, names, withTable: listing?.Table is null),
        AddressEntry address => AddressText.Print(address, names),
        LinkEntry link => LinkText.Print(link, names),
        NeighborEntry neighbor => NeighborText.Print(neighbor, names),
        _ => "",
    });
}
