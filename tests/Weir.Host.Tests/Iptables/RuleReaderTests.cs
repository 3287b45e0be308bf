using Weir.Host.Iptables;
using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Iptables;
using Weir.Testing;

namespace Weir.Host.Tests.Iptables;

/// <summary>Rules as a kernel, or something that claims to be one, may give them.</summary>
public class RuleReaderTests
{
    private static readonly (string Name, uint Revision, int Size)[] Matches =
    [
        ("tcp", 0, 16), ("udp", 0, 16), ("mark", 1, 16), ("connmark", 1, 16), ("owner", 1, 24), ("conntrack", 3, 168), ("addrtype", 1, 8), ("comment", 0, 256),
        ("multiport", 1, 48), ("socket", 3, 8), ("icmp", 0, 8), ("icmp6", 0, 8), ("u32", 0, 1984), ("ttl", 0, 8), ("hl", 0, 8), ("pkttype", 0, 8), ("statistic", 0, 24),
    ];

    private static readonly (string Name, uint Revision, int Size)[] Targets =
    [
        ("MARK", 2, 8), ("CONNMARK", 2, 16), ("TPROXY", 1, 32), ("SNAT", 0, 24), ("SNAT", 1, 40), ("DNAT", 2, 48), ("MASQUERADE", 0, 24), ("REDIRECT", 0, 40),
        ("NFQUEUE", 3, 8), ("REJECT", 0, 8), ("LOG", 0, 32), ("CT", 2, 72), ("TCPMSS", 0, 8), ("TEE", 1, 40),
    ];

    [Fact]
    public void Any_expressions_are_read_or_told_to_be_incompatible_and_extensions_write_back_their_bytes()
    {
        var random = new SeededGenerator(20);
        using var ns = NetworkNamespace.OpenCurrent();
        using var sets = new SetNames(ns, []);
        for (var i = 0; i < 20_000; i++)
        {
            var context = new XtContext(random.Pick(IptablesFamily.IPv4, IptablesFamily.IPv6), sets);
            var expressions = Enumerable.Range(0, random.Next(1, 7)).Select(_ => Expression(random)).ToList();
            try
            {
                var rule = RuleReader.Read(new NftRule { Family = NftFamily.Ip, Table = "filter", Chain = "INPUT", Expressions = expressions }, context, _ => "eth0");
                Assert.NotNull(rule.ToString());
                foreach (var (match, number) in expressions.OfType<XtMatch>().Select((match, number) => (match, number)))
                    Assert.True(ExtensionCodecs.Write(ExtensionCodecs.Read(match, context), context) == match, $"seed {random.Seed}, rule {i}, match {number}: {match}");
            }
            catch (IncompatibleRuleException)
            {
                // There are no words for it, and so it isn't shown.
            }
        }
    }

    private static NftExpression Expression(SeededGenerator random)
    {
        var register = random.Pick(NftRegister.NFT_REG_1, NftRegister.NFT_REG_1, NftRegister.NFT_REG32_00, NftRegister.NFT_REG_2, (NftRegister)77);
        NftValue Value() => random.Bytes(random.Pick(0, 1, 2, 4, 4, 16, 3));
        return random.Next(0, 12) switch
        {
            0 => new MetaExpression((MetaKey)random.Next(0, 40), register),
            1 => new PayloadExpression((PayloadBase)random.Next(0, 5), (uint)random.Pick(0, 2, 6, 8, 9, 12, 13, 16, 24), (uint)random.Pick(1, 2, 4, 16, 3), register),
            2 => new CmpExpression((CmpOperation)random.Next(0, 7), random.Pick<NftValue>(Value(), NftValue.Text("eth0"), NftValue.UInt8(6)), register),
            3 => new BitwiseExpression((uint)random.Next(0, 17), Value(), random.Chance(70) ? new NftValue(new byte[4]) : Value(), register, register),
            4 => new RangeExpression((RangeOperation)random.Next(0, 3), Value(), Value(), register),
            5 => new ImmediateExpression(new NftData(Value()), register),
            6 => ImmediateExpression.Verdict(new NftVerdict(random.Next(-7, 4), "MINE")),
            7 => new LimitExpression(random.NextUInt32() % 5, random.NextUInt32() % 4, random.NextUInt32()),
            8 => new LogExpression { Group = random.Chance(50) ? (ushort)1 : null, Prefix = "x" },
            9 => Extension(random, Targets) is var target ? new XtTarget(target.Name, target.Revision, target.Info) : null!,
            10 => new UnknownExpression("quota", Value()),
            _ => Extension(random, Matches) is var match ? new XtMatch(match.Name, match.Revision, match.Info) : null!,
        };
    }

    private static (string Name, uint Revision, NftValue Info) Extension(SeededGenerator random, (string Name, uint Revision, int Size)[] known)
    {
        var (name, revision, size) = random.Pick<(string, uint, int)>(known);
        var bytes = random.Chance(50) ? random.Mutate(new byte[size]) : random.Bytes(random.Chance(90) ? size : random.Next(0, 300));
        return (name, random.Chance(95) ? revision : 9, bytes);
    }
}
