using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>synproxy mss 1460 wscale 7 timestamp sack-perm</c>.</summary>
internal static class SynproxyStatement
{
    internal static SynproxyExpression Write(NftStatement.Synproxy synproxy)
    {
        var flags = (synproxy.Mss is null ? 0 : SynproxyFlags.NF_SYNPROXY_OPT_MSS)
            | (synproxy.WindowScale is null ? 0 : SynproxyFlags.NF_SYNPROXY_OPT_WSCALE)
            | (synproxy.Timestamp ? SynproxyFlags.NF_SYNPROXY_OPT_TIMESTAMP : 0)
            | (synproxy.SackPermitted ? SynproxyFlags.NF_SYNPROXY_OPT_SACK_PERM : 0);
        return new SynproxyExpression((ushort)(synproxy.Mss ?? 0), (byte)(synproxy.WindowScale ?? 0), flags);
    }

    internal static NftStatement.Synproxy Read(SynproxyExpression synproxy) => new(
        (synproxy.Flags & SynproxyFlags.NF_SYNPROXY_OPT_MSS) != 0 ? synproxy.MaximumSegment : null,
        (synproxy.Flags & SynproxyFlags.NF_SYNPROXY_OPT_WSCALE) != 0 ? synproxy.WindowScale : null,
        (synproxy.Flags & SynproxyFlags.NF_SYNPROXY_OPT_TIMESTAMP) != 0,
        (synproxy.Flags & SynproxyFlags.NF_SYNPROXY_OPT_SACK_PERM) != 0);

    /// <summary>The settings of a named synproxy.</summary>
    internal static List<string> Settings(SynproxyExpression synproxy)
    {
        var read = Read(synproxy);
        var settings = new List<string>();
        if (read.Mss is { } mss)
            settings.Add($"mss {mss}");
        if (read.WindowScale is { } scale)
            settings.Add($"wscale {scale}");
        if (read.Timestamp || read.SackPermitted)
            settings.Add(!read.SackPermitted ? "timestamp" : !read.Timestamp ? "sack-perm" : "timestamp sack-perm");
        return settings;
    }
}
