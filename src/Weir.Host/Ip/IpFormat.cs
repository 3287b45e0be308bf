using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Host.Formats;
using Weir.Linux;
using Weir.Netlink;
using Weir.Rules.Ip;
using Weir.Rules.Text;

namespace Weir.Host.Ip;

/// <summary>The texts of <c>ip</c>: rules, routes, addresses, links, neighbours, as its commands print them and as <c>ip -batch</c> takes them.</summary>
/// <remarks>
/// A text adds to what is there, with and without <see cref="LoadOptions.NoFlush"/>: to <c>ip</c> nothing else is known. A line of a listing that is
/// there already is no error, as with <c>ip route restore</c> and <c>ip rule restore</c>; a command such as <c>route add</c> is then refused, as
/// with <c>ip -batch</c>. Of a listing, routes without a gateway go first, since the others are found through them.
/// </remarks>
public sealed class IpFormat : IRulesFormat
{
    /// <inheritdoc/>
    public string Name => "ip";

    /// <inheritdoc/>
    public ILoad Prepare(string text, NetworkNamespace ns, LoadOptions options)
    {
        IpNameTables names = IpHostNames.Read();
        ParsedText<IpText> parsed = IpTextParser.Parse(text, names);
        using RouteSocket socket = RouteSocket.Open(ns);
        IpPreparation preparation = new(parsed.Model, names, [.. socket.Links.List().SelectMany(link => (IEnumerable<string>)[link.Name, .. link.AlternativeNames])]);
        TextFinding[] findings = [.. parsed.Findings.Concat(preparation.Findings).OrderBy(finding => finding.Line)];
        return findings.Length == 0 ? new IpLoad(preparation.Lines, names, ns) : throw new RulesTextException(findings);
    }

    /// <summary>Rules and routes of all tables, each after the command that prints it.</summary>
    public string Show(NetworkNamespace ns, ShowOptions? options = null)
    {
        IpNameTables names = IpHostNames.Read();
        using RouteSocket socket = RouteSocket.Open(ns);
        KernelEntries entries = new(socket);
        StringBuilder text = new();
        Section("ip rule", Rules(entries, AddressFamily.InterNetwork, names));
        Section("ip -6 rule", Rules(entries, AddressFamily.InterNetworkV6, names));
        Section("ip route show table all", Routes(entries, names));
        return text.ToString();

        void Section(string command, IEnumerable<string> lines)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append($"$ {command}\n");
            foreach (string line in lines)
                text.Append(line).Append('\n');
        }
    }

    /// <summary>One object: <c>rule</c>, <c>rule6</c>, <c>route</c>, <c>address</c>, <c>neighbour</c>, each the array that <c>ip -j</c> prints.</summary>
    public void WriteJson(NetworkNamespace ns, Utf8JsonWriter writer, ShowOptions? options = null)
    {
        IpNameTables names = IpHostNames.Read();
        using RouteSocket socket = RouteSocket.Open(ns);
        KernelEntries entries = new(socket);
        writer.WriteStartObject();
        WriteArray(writer, "rule", entries.Rules(AddressFamily.InterNetwork), rule => RuleText.WriteJson(rule, writer, names));
        WriteArray(writer, "rule6", entries.Rules(AddressFamily.InterNetworkV6), rule => RuleText.WriteJson(rule, writer, names));
        WriteArray(writer, "route", entries.Routes(AddressFamily.InterNetwork).Concat(entries.Routes(AddressFamily.InterNetworkV6)), route => RouteText.WriteJson(route, writer, names, withTable: true));
        WriteArray(writer, "address", entries.Links(withMode: false), link =>
        {
            writer.WriteStartObject();
            LinkText.WriteJson(link.Link, writer, names);
            WriteArray(writer, "addr_info", link.Addresses, address => AddressText.WriteJson(address, writer, names));
            writer.WriteEndObject();
        });
        WriteArray(writer, "neighbour", entries.Neighbors(), neighbor => NeighborText.WriteJson(neighbor, writer, names));
        writer.WriteEndObject();
    }

    /// <summary>What <c>ip address</c> prints.</summary>
    public static string ShowAddresses(NetworkNamespace ns) => ShowLinks(ns, withAddresses: true);

    /// <summary>What <c>ip link</c> prints.</summary>
    public static string ShowLinks(NetworkNamespace ns) => ShowLinks(ns, withAddresses: false);

    /// <summary>What <c>ip neighbour</c> prints.</summary>
    public static string ShowNeighbors(NetworkNamespace ns)
    {
        IpNameTables names = IpHostNames.Read();
        using RouteSocket socket = RouteSocket.Open(ns);
        return string.Concat(new KernelEntries(socket).Neighbors().Select(neighbor => $"{NeighborText.Print(neighbor, names)}\n"));
    }

    private static string ShowLinks(NetworkNamespace ns, bool withAddresses)
    {
        IpNameTables names = IpHostNames.Read();
        using RouteSocket socket = RouteSocket.Open(ns);
        StringBuilder text = new();
        foreach ((LinkEntry link, IReadOnlyList<AddressEntry> addresses) in new KernelEntries(socket).Links(withMode: !withAddresses))
        {
            text.Append(LinkText.Print(link, names)).Append('\n');
            foreach (AddressEntry address in withAddresses ? addresses : [])
                text.Append(AddressText.Print(address, names)).Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<string> Rules(KernelEntries entries, AddressFamily family, IpNameTables names) => entries.Rules(family).Select(rule => RuleText.Print(rule, names));

    private static IEnumerable<string> Routes(KernelEntries entries, IpNameTables names) =>
        entries.Routes(AddressFamily.InterNetwork).Concat(entries.Routes(AddressFamily.InterNetworkV6)).Select(route => RouteText.Print(route, names, withTable: true));

    private static void WriteArray<T>(Utf8JsonWriter writer, string name, IEnumerable<T> items, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (T item in items)
            write(item);
        writer.WriteEndArray();
    }
}
