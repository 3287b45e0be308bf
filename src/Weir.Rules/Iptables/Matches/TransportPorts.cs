using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary>What becomes of the ports of the tcp and udp matches on their way through nf_tables, where they are plain comparisons.</summary>
internal static class TransportPorts
{
    /// <summary>iptables/nft.c, expr_gen_range_cmp16: the inverse of <c>0:n</c> is "greater than n", and reads back as <c>n+1:65535</c>.</summary>
    internal static Negatable<PortRange>? Printed(Negatable<PortRange>? ports) => ports is { Inverted: true, Value: { First: 0, Last: > 0 and < ushort.MaxValue } range }
        ? new Negatable<PortRange>(new PortRange((ushort)(range.Last + 1), ushort.MaxValue), false)
        : ports;

    /// <summary>The tool leaves out the comparison with all ports also when it is inverted, and so makes a rule for no packet one for every packet.</summary>
    /// <returns>Null for all ports, which are no comparison.</returns>
    internal static Negatable<PortRange>? Checked(ExtensionParser parser, PortRange ports, OptionValue value) => ports == PortRange.All && value.Inverted
        ? throw new RuleSyntaxException($"{parser.Name}: ! --{value.Option} {value.Text} matches no packet; iptables would install the rule as if the option weren't there")
        : ports == PortRange.All ? null : new Negatable<PortRange>(ports, value.Inverted);
}
