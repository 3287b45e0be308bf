using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary><c>-j REJECT</c>: the sender is told.</summary>
/// <param name="Family">The two families have different words for different numbers.</param>
/// <param name="With">The kernel's number: enum ipt_reject_with, enum ip6t_reject_with.</param>
public sealed record RejectTarget(IptablesFamily Family, uint With) : IptablesTarget
{
    private static readonly (uint With, string Name, string Alias)[] IPv4 =
    [
        (0, "icmp-net-unreachable", "net-unreach"),
        (1, "icmp-host-unreachable", "host-unreach"),
        (2, "icmp-proto-unreachable", "proto-unreach"),
        (3, "icmp-port-unreachable", "port-unreach"),
        (5, "icmp-net-prohibited", "net-prohib"),
        (6, "icmp-host-prohibited", "host-prohib"),
        (7, "tcp-reset", "tcp-rst"),
        (8, "icmp-admin-prohibited", "admin-prohib"),
    ];

    private static readonly (uint With, string Name, string Alias)[] IPv6 =
    [
        (0, "icmp6-no-route", "no-route"),
        (1, "icmp6-adm-prohibited", "adm-prohibited"),
        (3, "icmp6-addr-unreachable", "addr-unreach"),
        (4, "icmp6-port-unreachable", "port-unreach"),
        (6, "tcp-reset", "tcp-reset"),
        (7, "icmp6-policy-fail", "policy-fail"),
        (8, "icmp6-reject-route", "reject-route"),
    ];

    public override string Name => "REJECT";

    /// <summary>The answer's name, <c>icmp-port-unreachable</c>; empty when the tool knows none.</summary>
    public string Answer => Array.Find(Table(Family), entry => entry.With == With).Name ?? "";

    /// <summary>What is sent when nothing is said: port unreachable.</summary>
    internal static uint Default(IptablesFamily family) => family == IptablesFamily.IPv4 ? 3u : 4u;

    /// <summary>The start of a name or of its short form is enough for the tool.</summary>
    internal static uint? Parse(string text, IptablesFamily family)
    {
        foreach (var (with, name, alias) in Table(family))
        {
            if (name.StartsWith(text, StringComparison.OrdinalIgnoreCase) || alias.StartsWith(text, StringComparison.OrdinalIgnoreCase))
                return with;
        }

        return null;
    }

    internal override void Print(RulePrinter printer) => printer.Option("--reject-with", Answer);

    private static (uint With, string Name, string Alias)[] Table(IptablesFamily family) => family == IptablesFamily.IPv4 ? IPv4 : IPv6;
}

internal sealed class RejectTargetParser(IptablesFamily family) : TargetParser
{
    private static readonly ExtensionOption[] All = [new("reject-with", 0)];

    private uint _with = RejectTarget.Default(family);

    internal override string Name => "REJECT";

    internal override ExtensionOption[] Options => All;

    internal override RejectTarget Target => new(family, _with);

    protected override void Read(int option, OptionValue value) =>
        _with = RejectTarget.Parse(value.Text, family) ?? throw Wrong($"unknown reject type \"{value.Text}\"");
}
