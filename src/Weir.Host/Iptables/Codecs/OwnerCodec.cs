using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

internal static class OwnerCodec
{
    internal static NftValue Write(OwnerMatch match) => XtInfo.Write(new xt_owner_match_info
    {
        uid_min = match.Users?.Value.First ?? 0,
        uid_max = match.Users?.Value.Last ?? 0,
        gid_min = match.Groups?.Value.First ?? 0,
        gid_max = match.Groups?.Value.Last ?? 0,
        match = (byte)(Bit(match.Users is not null, xt_owner_match_info.XT_OWNER_UID) | Bit(match.Groups is not null, xt_owner_match_info.XT_OWNER_GID)
            | Bit(match.SocketExists is not null, xt_owner_match_info.XT_OWNER_SOCKET) | Bit(match.SupplementaryGroups, xt_owner_match_info.XT_OWNER_SUPPL_GROUPS)),
        invert = (byte)(Bit(match.Users is { Inverted: true }, xt_owner_match_info.XT_OWNER_UID) | Bit(match.Groups is { Inverted: true }, xt_owner_match_info.XT_OWNER_GID)
            | Bit(match.SocketExists == false, xt_owner_match_info.XT_OWNER_SOCKET)),
    });

    internal static OwnerMatch? Read(NftValue bytes)
    {
        if (XtInfo.Read<xt_owner_match_info>(bytes) is not { } info)
            return null;
        bool Has(byte bit) => (info.match & bit) != 0;
        bool IsInverted(byte bit) => (info.invert & bit) != 0;
        return new OwnerMatch
        {
            Users = Has(xt_owner_match_info.XT_OWNER_UID) ? new(new OwnerRange(info.uid_min, info.uid_max), IsInverted(xt_owner_match_info.XT_OWNER_UID)) : null,
            Groups = Has(xt_owner_match_info.XT_OWNER_GID) ? new(new OwnerRange(info.gid_min, info.gid_max), IsInverted(xt_owner_match_info.XT_OWNER_GID)) : null,
            SocketExists = Has(xt_owner_match_info.XT_OWNER_SOCKET) ? !IsInverted(xt_owner_match_info.XT_OWNER_SOCKET) : null,
            SupplementaryGroups = Has(xt_owner_match_info.XT_OWNER_SUPPL_GROUPS),
        };
    }

    private static int Bit(bool set, byte bit) => set ? bit : 0;
}
