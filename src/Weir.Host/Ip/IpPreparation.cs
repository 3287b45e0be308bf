using Weir.Rules.Ip;
using Weir.Rules.Text;

namespace Weir.Host.Ip;

/// <summary>The lines of a text that do something, in the order in which they are sent, and what speaks against them.</summary>
internal sealed class IpPreparation
{
    private readonly HashSet<string> links;
    private readonly List<TextFinding> findings = [];
    private readonly IpNameTables names;
    private int irrevocable;

    public IpPreparation(IpText text, IpNameTables names, HashSet<string> links)
    {
        this.links = links;
        this.names = names;
        IpListing? listing = null;
        List<IpLine> lines = [];
        foreach (IpLine line in text.Lines)
        {
            listing = line.Entry as IpListing ?? listing;
            if (line.Entry is null or IpListing)
                continue;
            Check(line, listing);
            lines.Add(line.Verbatim is null ? line with { Verbatim = line.Print(names, listing) } : line);
        }

        Lines = Ordered(lines);
    }

    public IReadOnlyList<IpLine> Lines { get; }

    public IReadOnlyList<TextFinding> Findings => findings;

    /// <summary>
    /// In each run of listed lines: addresses, then routes without a gateway, then the others. The kernel puts a new IPv6 address before those that a
    /// link has (net/ipv6/addrconf.c ipv6_link_dev_addr), so the last one goes first.
    /// </summary>
    private static List<IpLine> Ordered(List<IpLine> lines)
    {
        List<IpLine> ordered = [];
        for (int start = 0; start < lines.Count;)
        {
            int end = start + 1;
            while (end < lines.Count && IsListed(lines[start]) == IsListed(lines[end]))
                end++;
            List<IpLine> run = lines[start..end];
            ordered.AddRange(IsListed(lines[start]) ? run.Index().OrderBy(line => Rank(line.Item)).ThenBy(line => line.Item.Entry is AddressEntry { IsIPv6: true } ? -line.Index : line.Index).Select(line => line.Item) : run);
            start = end;
        }

        return ordered;
    }

    private static bool IsListed(IpLine line) => line.Entry!.Verb == IpVerb.List;

    private static int Rank(IpLine line) => line.Entry switch
    {
        AddressEntry => 0,
        RouteEntry { Gateway: null, Legs.Count: 0, NextHopId: 0 } => 1,
        RouteEntry => 2,
        _ => 3,
    };

    private void Check(IpLine line, IpListing? listing)
    {
        switch (line.Entry)
        {
            case RouteEntry route:
                CheckLink(line, listing, route.Device);
                foreach (RouteLeg leg in route.Legs)
                    CheckLink(line, listing, leg.Device);
                break;
            case AddressEntry { Device: "" } or NeighborEntry { Device: "" }:
                Find(line, listing, "It does not say of which link it is.");
                break;
            case AddressEntry address:
                CheckLink(line, listing, address.Device);
                break;
            case NeighborEntry neighbor:
                CheckLink(line, listing, neighbor.Device);
                break;
            case LinkEntry link:
                CheckLink(line, listing, link.Name);
                break;
            case LinkCommand command:
                CheckCommand(line, listing, command);
                break;
        }

        if (irrevocable != 0 && line.Entry is not LinkCommand { Verb: IpVerb.Delete })
        {
            Find(line, listing, $"Line {irrevocable} deletes or moves a link, which can't be taken back if this line is refused: put it at the end.");
            irrevocable = 0;
        }

        if (line.Entry is LinkCommand { Verb: IpVerb.Delete } or LinkCommand { Verb: IpVerb.Set, Namespace.Length: > 0 })
            irrevocable = line.Number;
    }

    private void CheckCommand(IpLine line, IpListing? listing, LinkCommand command)
    {
        if (command.Verb == IpVerb.Add)
        {
            if (command.Kind.Length == 0 || (command.Name.Length == 0))
                Find(line, listing, "A link to be made needs a name and a type.");
            if (command.Kind == "tun")
                Find(line, listing, "A TUN or TAP device is made by `weir tun add`, not as a link.");
            if (command.Kind == "veth" && command.KindWords.Count != 0)
                Find(line, listing, $"The link kind veth has no word '{command.KindWords[0]}' that is known here.");
            try
            {
                if (command.Kind.Length != 0)
                    LinkKindWords.Parse(command, name => links.Contains(name) ? 1 : throw new FormatException($"there is no link '{name}'"));
            }
            catch (FormatException exception)
            {
                Find(line, listing, $"{char.ToUpperInvariant(exception.Message[0])}{exception.Message[1..]}.");
            }

            if (command.Namespace.Length == 0)
                links.Add(command.Name);
            if (command.Peer is { Name.Length: > 0, Namespace.Length: 0 } peer)
                links.Add(peer.Name);
        }
        else
        {
            CheckLink(line, listing, command.Name);
        }

        CheckLink(line, listing, command.Parent);
        CheckLink(line, listing, command.Master ?? "");
        if (command.NewName.Length != 0 && links.Remove(command.Name))
            links.Add(command.NewName);
        if (command.Verb == IpVerb.Delete)
            links.Remove(command.Name);
    }

    private void CheckLink(IpLine line, IpListing? listing, string name)
    {
        if (name.Length != 0 && !links.Contains(name))
            Find(line, listing, $"There is no link '{name}' here, and no line before this one makes it.");
    }

    private void Find(IpLine line, IpListing? listing, string message) => findings.Add(new TextFinding(line.Number, line.Print(names, listing), message));
}
