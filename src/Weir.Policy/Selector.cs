namespace Weir.Policy;

internal enum SelectorKind : byte { Any, External, Cidr, Group }

/// <summary>One end of a rule, compiled: which workloads and which addresses it means.</summary>
internal sealed class Selector(string text, SelectorKind kind, Cidr cidr, ulong[] members)
{
    public string Text { get; } = text;

    public SelectorKind Kind { get; } = kind;

    public Cidr Cidr { get; } = cidr;

    /// <summary>Whether the workload at whose port the session is judged is meant: a CIDR means it by any of its addresses.</summary>
    public bool MatchesLocal(int workload) => Kind == SelectorKind.Any || (members[workload >> 6] & (1UL << workload)) != 0;

    /// <summary>Whether the other end is meant.</summary>
    /// <param name="workload">The known workload that has the address, or -1.</param>
    public bool MatchesPeer(int workload, UInt128 address) => Kind switch
    {
        SelectorKind.Any => true,
        SelectorKind.External => workload < 0,
        SelectorKind.Cidr => Cidr.Contains(address),
        _ => workload >= 0 && (members[workload >> 6] & (1UL << workload)) != 0,
    };

    /// <summary>A name that is neither a group nor a workload means nobody.</summary>
    public static Selector Compile(string text, IReadOnlyDictionary<string, PolicyGroup> groups, IReadOnlyList<PolicyWorkload> workloads)
    {
        var members = new ulong[(workloads.Count + 63) / 64];
        if (text == SelectorNames.Any) return new Selector(text, SelectorKind.Any, default, members);
        if (text == SelectorNames.External) return new Selector(text, SelectorKind.External, default, members);
        if (Cidr.LooksLikeOne(text) && Cidr.TryParse(text, out var cidr, out _))
        {
            Mark(members, workloads, w => w.Addresses.Any(a => cidr.Contains(PeerAddress.From(a))));
            return new Selector(text, SelectorKind.Cidr, cidr, members);
        }

        var group = groups.TryGetValue(text, out var declared) ? declared : new PolicyGroup { Name = text };
        Mark(members, workloads, group.Contains);
        return new Selector(text, SelectorKind.Group, default, members);
    }

    private static void Mark(ulong[] members, IReadOnlyList<PolicyWorkload> workloads, Func<PolicyWorkload, bool> isMember)
    {
        for (var i = 0; i < workloads.Count; i++)
        {
            if (isMember(workloads[i])) members[i >> 6] |= 1UL << i;
        }
    }
}

/// <summary>The words that are no group's name.</summary>
internal static class SelectorNames
{
    public const string Any = "any", External = "external";
}
