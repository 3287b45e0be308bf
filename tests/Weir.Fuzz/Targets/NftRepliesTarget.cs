using Weir.Netlink.Nftables;
using Weir.Netlink.Protocol;

namespace Weir.Fuzz.Targets;

/// <summary>What the kernel says of nf_tables: the first byte chooses the question, the rest is as in <see cref="NetlinkReplies"/>.</summary>
/// <remarks>Only NetlinkException may come out, and whatever was read can be printed and written again.</remarks>
public static class NftRepliesTarget
{
    private static readonly NftSet Set = new() { Family = NftFamily.Inet, Table = "t", Name = "s" };

    private static readonly Func<NftSocket, NftRuleset>[] Questions =
    [
        socket => new NftRuleset { Generation = 0, Tables = socket.ListTables() },
        socket => new NftRuleset { Generation = 0, Chains = socket.ListChains() },
        socket => new NftRuleset { Generation = 0, Rules = socket.ListRules() },
        socket => new NftRuleset { Generation = 0, Sets = socket.ListSets() },
        socket => new NftRuleset { Generation = 0, Sets = [Set], Elements = [socket.ListElements(Set)] },
        socket => new NftRuleset { Generation = 0, Objects = socket.ListObjects() },
        socket => new NftRuleset { Generation = 0, FlowTables = socket.ListFlowTables() },
        socket => socket.Read(),
        Commit,
    ];

    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;
        using var socket = new NftSocket(new NetlinkReplies.Kernel(input[1..]));
        try
        {
            var ruleset = Questions[input[0] % Questions.Length](socket);
            NftRulesetText.Lines(ruleset);
            using var batch = new NftBatch();
            batch.Add(ruleset);
        }
        catch (NetlinkException)
        {
            // The one way to say no.
        }
    }

    private static NftRuleset Commit(NftSocket socket)
    {
        using var batch = new NftBatch { Echo = true };
        batch.Add(new NftTable { Family = NftFamily.Inet, Name = "t" });
        batch.Add(new NftRule { Family = NftFamily.Inet, Table = "t", Chain = "c" });
        socket.Commit(batch);
        return new NftRuleset { Generation = 0 };
    }
}
