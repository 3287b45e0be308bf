using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Iptables;

namespace Weir.Host.Iptables;

/// <summary>What the kernel mostly means when it refuses an extension with EINVAL and no word.</summary>
internal static class RefusalHint
{
    internal static string Of(AddRuleChange change, NftRefusal refusal)
    {
        if (refusal.Errno == (int)Errno.ENOENT)
            return "this kernel has no such extension, or not in this revision (its module is missing)";
        if (refusal.Errno != (int)Errno.EINVAL || refusal.Expression is not { } number || number >= change.Rule.Expressions.Count)
            return "";
        var name = change.Rule.Expressions[number] switch
        {
            XtTarget target => target.Name,
            XtMatch match => match.Name,
            _ => "",
        };
        return name switch
        {
            "TPROXY" => "TPROXY needs -p tcp or -p udp and works in PREROUTING of mangle only",
            "REDIRECT" or "DNAT" => $"{name} works in PREROUTING and OUTPUT of nat only",
            "MASQUERADE" => "MASQUERADE works in POSTROUTING of nat only",
            "SNAT" => "SNAT works in POSTROUTING and INPUT of nat only",
            "CT" => "CT and NOTRACK work in raw only; a helper or a timeout must be there",
            "TCPMSS" => "TCPMSS needs -p tcp; --clamp-mss-to-pmtu works in FORWARD, OUTPUT and POSTROUTING only",
            "REJECT" => "REJECT works in INPUT, FORWARD and OUTPUT only; tcp-reset needs -p tcp",
            "owner" => "owner works in OUTPUT and POSTROUTING only",
            "socket" => "socket works in PREROUTING and INPUT only",
            "tcp" or "udp" or "icmp" or "icmp6" => $"{name} needs its protocol: {(name == "icmp6" ? "-p ipv6-icmp" : $"-p {name}")}",
            "set" => "the set has fewer parts than the rule names, or is of the other family",
            "addrtype" => "--limit-iface-in can't be used in POSTROUTING and OUTPUT, --limit-iface-out not in PREROUTING and INPUT",
            _ => "",
        };
    }
}
