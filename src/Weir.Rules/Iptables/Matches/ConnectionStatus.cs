namespace Weir.Rules.Iptables.Matches;

/// <summary>include/uapi/linux/netfilter/nf_conntrack_common.h: IPS_, those that the tool knows by name.</summary>
[Flags]
public enum ConnectionStatus : ushort
{
    NONE = 0,
    EXPECTED = 1,
    SEEN_REPLY = 2,
    ASSURED = 4,
    CONFIRMED = 8,
}
