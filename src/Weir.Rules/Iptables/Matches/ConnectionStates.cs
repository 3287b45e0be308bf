namespace Weir.Rules.Iptables.Matches;

/// <summary>include/uapi/linux/netfilter/xt_conntrack.h: XT_CONNTRACK_STATE_. The names are the tool's.</summary>
[Flags]
public enum ConnectionStates : ushort
{
    None = 0,
    INVALID = 1,
    ESTABLISHED = 2,
    RELATED = 4,
    NEW = 8,
    SNAT = 0x40,
    DNAT = 0x80,
    UNTRACKED = 0x100,
}
