namespace Weir.Rules.Iptables;

/// <summary>The five tables of iptables(8) and their chains, the same for both families.</summary>
public sealed record BuiltinTable(string Name, IReadOnlyList<BuiltinChain> Chains)
{
    // The tool has 150 for security, the kernel's own tables 50 (NF_IP_PRI_SECURITY).
    private const int Raw = -300, Mangle = -150, Destination = -100, Filter = 0, Security = 150, Source = 100;

    /// <summary>In the order in which iptables-save prints them.</summary>
    public static IReadOnlyList<BuiltinTable> All { get; } =
    [
        new("mangle", [new("PREROUTING", 0, Mangle), new("INPUT", 1, Mangle), new("FORWARD", 2, Mangle), new("OUTPUT", 3, Mangle, "route"), new("POSTROUTING", 4, Mangle)]),
        new("security", [new("INPUT", 1, Security), new("FORWARD", 2, Security), new("OUTPUT", 3, Security)]),
        new("raw", [new("PREROUTING", 0, Raw), new("OUTPUT", 3, Raw)]),
        new("filter", [new("INPUT", 1, Filter), new("FORWARD", 2, Filter), new("OUTPUT", 3, Filter)]),
        new("nat", [new("PREROUTING", 0, Destination, "nat"), new("INPUT", 1, Source, "nat"), new("OUTPUT", 3, Destination, "nat"), new("POSTROUTING", 4, Source, "nat")]),
    ];

    public static BuiltinTable? Find(string name) => All.FirstOrDefault(table => table.Name == name);

    public BuiltinChain? FindChain(string name) => Chains.FirstOrDefault(chain => chain.Name == name);
}
