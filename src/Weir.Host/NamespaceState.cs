using Weir.Host.State;
using Weir.Linux;
using Weir.Netlink;

namespace Weir.Host;

/// <summary>The network state of one namespace as deterministic text: links, addresses, routes, rules, neighbours, netfilter, tc, sysctls.</summary>
/// <remarks>Two states are equal when nothing that a person could see with the standard tools differs; counters, timers and learned neighbours are left out.</remarks>
public sealed record NamespaceState
{
    private static readonly string[] SectionNames = ["links", "addresses", "routes", "rules", "neighbors", "netfilter", "tc", "sysctls"];

    public required string Namespace { get; init; }

    /// <summary>By section (<c>links</c>, <c>addresses</c>, <c>routes</c>, <c>rules</c>, <c>neighbors</c>, <c>netfilter</c>, <c>tc</c>, <c>sysctls</c>), a line per object.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Sections { get; init; }

    /// <summary>Reads the kernel's state of a namespace.</summary>
    /// <exception cref="LinuxException">The kernel refused to be read; usually not root.</exception>
    public static NamespaceState Read(NetworkNamespace ns)
    {
        using RouteSocket socket = RouteSocket.Open(ns);
        LinkNames names = new(socket.Links.List());
        return new NamespaceState
        {
            Namespace = ns.Name,
            Sections = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
            {
                ["links"] = LinkText.Read(ns, names),
                ["addresses"] = AddressText.Read(socket, names),
                ["routes"] = RouteText.Read(socket, names),
                ["rules"] = RuleText.Read(socket),
                ["neighbors"] = NeighborText.Read(socket, names),
                ["netfilter"] = NetfilterText.Read(ns),
                ["tc"] = TrafficControlText.Read(socket, names),
                ["sysctls"] = SysctlText.Read(ns),
            },
        };
    }

    /// <summary>The differences as <c>-</c> and <c>+</c> lines with their section; empty when equal.</summary>
    public static IReadOnlyList<string> Compare(NamespaceState before, NamespaceState after)
    {
        List<string> differences = [];
        foreach (string section in SectionNames)
        {
            IReadOnlyList<string> old = Lines(before, section), now = Lines(after, section);
            if (old.SequenceEqual(now, StringComparer.Ordinal))
                continue;
            List<string> gone = Without(old, now), come = Without(now, old);
            differences.AddRange(gone.Select(line => $"- {section}: {line}"));
            differences.AddRange(come.Select(line => $"+ {section}: {line}"));
            if (gone.Count == 0 && come.Count == 0)
                differences.Add($"- {section}: the same lines in another order");
        }

        return differences;
    }

    private static IReadOnlyList<string> Lines(NamespaceState state, string section) => state.Sections.GetValueOrDefault(section) ?? [];

    /// <summary>The lines of <paramref name="lines"/> that have no counterpart in <paramref name="others"/>; equal lines count one by one.</summary>
    private static List<string> Without(IReadOnlyList<string> lines, IReadOnlyList<string> others)
    {
        List<string> left = [.. lines];
        foreach (string other in others)
            left.Remove(other);
        return left;
    }
}
