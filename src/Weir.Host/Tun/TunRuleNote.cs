using System.Text;
using Weir.Netlink.Nftables;

namespace Weir.Host.Tun;

/// <summary>What a rule of a TUN device remembers in its user data, where no tool shows it: whose it is, and what was made for it.</summary>
/// <remarks>So that <c>weir tun delete</c> finds its rules again and leaves no empty chain that was not there before, without a file that could be out of step.</remarks>
/// <param name="Device">The device's name.</param>
/// <param name="MadeChain">The chain was made for rules like this one.</param>
/// <param name="MadeTable">The table was.</param>
internal readonly record struct TunRuleNote(string Device, bool MadeChain, bool MadeTable)
{
    /// <summary>Of nft's and iptables' own entries there are 0 (comment) and 1; unknown ones are passed over by both.</summary>
    private const byte EntryType = 0x57;

    private const string Prefix = "weir tun";

    internal NftValue ToUserData()
    {
        var text = Encoding.UTF8.GetBytes($"{Prefix} {Device} {(MadeChain ? "chain" : "-")} {(MadeTable ? "table" : "-")}");
        return new NftValue([EntryType, (byte)text.Length, .. text]);
    }

    internal static TunRuleNote? Read(NftValue userData) =>
        NftUserData.Entry(userData, EntryType) is { } entry && Encoding.UTF8.GetString(entry.Span).Split(' ') is ["weir", "tun", var device, var chain, var table]
            ? new TunRuleNote(device, chain == "chain", table == "table")
            : null;
}
