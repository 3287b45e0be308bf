using System.Text;

namespace Weir.Rules.Ip;

/// <summary>A text of <c>ip</c>: what its commands print, with their prompts, or lines as <c>ip -batch</c> takes them. Nothing of it is lost.</summary>
public sealed record IpText(IReadOnlyList<IpLine> Lines)
{
    /// <summary>Whether the last line had no end.</summary>
    public bool LastLineOpen { get; init; }

    /// <summary>The whole text; of a parsed one the same that was parsed.</summary>
    public string Print(IpNameTables names)
    {
        var text = new StringBuilder();
        IpListing? listing = null;
        for (var i = 0; i < Lines.Count; i++)
        {
            listing = Lines[i].Entry as IpListing ?? listing;
            text.Append(Lines[i].Print(names, listing));
            if (i + 1 < Lines.Count || !LastLineOpen)
                text.Append('\n');
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
    /// <summary>As it stands, without its end.</summary>
    public string Print(IpNameTables names, IpListing? listing) => Verbatim ?? Entry switch
    {
        RuleEntry rule => RuleText.Print(rule, names),
        RouteEntry route => RouteText.Print(route, names, withTable: listing?.Table is null),
        AddressEntry address => AddressText.Print(address, names),
        LinkEntry link => LinkText.Print(link, names),
        NeighborEntry neighbor => NeighborText.Print(neighbor, names),
        _ => "",
    };
}
