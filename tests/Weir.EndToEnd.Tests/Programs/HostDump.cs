using System.Text.RegularExpressions;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Programs;

/// <summary>All that the standard tools show of some namespaces, for comparing before and after. Written apart from Weir's own dumps, to check those too.</summary>
internal sealed partial class HostDump
{
    private static readonly string[][] Commands =
    [
        ["ip", "-d", "link", "show"],
        ["ip", "-d", "address", "show"],
        ["ip", "-4", "route", "show", "table", "all"],
        ["ip", "-6", "route", "show", "table", "all"],
        ["ip", "-4", "rule", "show"],
        ["ip", "-6", "rule", "show"],
        ["ip", "neighbour", "show", "nud", "permanent"],
        ["tc", "qdisc", "show"],
        ["nft", "list", "ruleset"],
        ["ethtool", "-k", "eth0"],
        ["sysctl", "-a", "-r", "^net\\.(ipv4|ipv6)\\.(conf|neigh)"],
    ];

    private readonly IReadOnlyList<TestNamespace> _namespaces;

    private HostDump(IReadOnlyList<TestNamespace> namespaces, string text)
    {
        _namespaces = namespaces;
        Text = text;
    }

    public string Text { get; }

    public static HostDump Of(params IReadOnlyList<TestNamespace> namespaces) => new(namespaces, Read(namespaces));

    public static HostDump Of(TestHost host) => Of([host.Network, .. host.Workloads.Select(workload => workload.Namespace)]);

    /// <summary>Fails with the lines that differ now.</summary>
    public void CheckUnchanged()
    {
        string now = Read(_namespaces);
        if (now == Text)
            return;
        IEnumerable<string> gone = Text.Split('\n').Except(now.Split('\n')).Select(line => "- " + line);
        IEnumerable<string> added = now.Split('\n').Except(Text.Split('\n')).Select(line => "+ " + line);
        Assert.Fail($"The namespaces are not as before:\n{string.Join('\n', gone.Concat(added))}\n(or the order of lines differs)");
    }

    private static string Read(IReadOnlyList<TestNamespace> namespaces) => string.Join('\n', namespaces.SelectMany(
        ns => Commands.Select(command => $"# {string.Join(' ', command)} in {ns.Name}\n{Changing().Replace(ns.Try(command[0], command[1..]).Output, "")}")));

    // Timers that run on by themselves.
    [GeneratedRegex(@" expires \d+sec| age \d+sec| \w+_timer +\d+\.\d+")]
    private static partial Regex Changing();
}
