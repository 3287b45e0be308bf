using Weir.Host.Nft;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;
using Weir.Testing;

namespace Weir.Host.Tests.Nft;

public class NftRuleReaderTests
{
    private static string Read(NftFamily family, params IReadOnlyList<NftExpression> expressions) =>
        string.Join(' ', new NftRuleReader(family, NftNames.None, _ => null, _ => null).Read(expressions).Select(statement => statement.ToString()));

    private static IReadOnlyList<NftExpression> Write(NftFamily family, string rule)
    {
        var parsed = Weir.Rules.Nft.NftRuleset.Parse($"table inet t {{\nchain c {{\n{rule}\n}}\n}}\n");
        Assert.Empty(parsed.Findings);
        var writer = new NftRuleWriter(new NftRuleTable(family, "t") { FindSet = _ => null, NextId = () => 1, AddChain = _ => 0 }, NftNames.None);
        writer.Write(Assert.IsType<Weir.Rules.Nft.NftRule>(Assert.IsType<Weir.Rules.Nft.NftChain>(Assert.IsType<Weir.Rules.Nft.NftTable>(parsed.Model.Items[0]).Items[0]).Items[0]));
        return writer.Expressions;
    }

    [Theory]
    [InlineData("tcp dport 80 accept")]
    [InlineData("ip saddr 10.0.0.0/8 ip daddr != 127.0.0.1 drop")]
    [InlineData("ip6 saddr fe80::/10 counter packets 5 bytes 6")]
    [InlineData("meta mark & 0x00000fff == 0x00000111 accept")]
    [InlineData("ct mark set ct mark & 0xfffff111 | 0x00000111")]
    [InlineData("ct state established,related accept")]
    [InlineData("tcp flags syn / fin,syn,rst,ack")]
    [InlineData("iifname \"eth*\" udp dport 1000-2000")]
    [InlineData("meta skuid 1000-2000 meta l4proto tcp redirect to :15001")]
    [InlineData("ip dscp cs1 ip ttl < 64")]
    public void What_is_written_is_read_back(string rule) => Assert.Equal(rule, Read(NftFamily.Inet, Write(NftFamily.Inet, rule)));

    [Fact]
    public void A_match_that_the_next_one_takes_for_granted_is_not_printed() =>
        Assert.Equal("tcp dport 80", Read(
            NftFamily.Inet,
            new MetaExpression(MetaKey.NFT_META_L4PROTO),
            new CmpExpression(CmpOperation.NFT_CMP_EQ, NftValue.UInt8(6)),
            new PayloadExpression(PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2),
            new CmpExpression(CmpOperation.NFT_CMP_EQ, NftValue.NetworkUInt16(80))));

    [Fact]
    public void Fields_that_were_compared_together_are_printed_one_by_one() =>
        Assert.Equal("tcp sport 1 tcp dport 2", Read(
            NftFamily.Ip,
            new MetaExpression(MetaKey.NFT_META_L4PROTO),
            new CmpExpression(CmpOperation.NFT_CMP_EQ, NftValue.UInt8(6)),
            new PayloadExpression(PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, 0, 4),
            new CmpExpression(CmpOperation.NFT_CMP_EQ, new NftValue([0, 1, 0, 2]))));

    [Fact]
    public void An_expression_that_is_not_understood_is_refused_and_never_left_out() =>
        Assert.Throws<NftRefused>(() => Read(NftFamily.Ip, new UnknownExpression("osf", null), ImmediateExpression.Verdict(NftVerdict.Accept)));

    [Fact]
    public void Random_expressions_are_read_or_refused()
    {
        const int seed = 7;
        var random = new SeededGenerator(seed);
        for (var round = 0; round < 20_000; round++)
        {
            var expressions = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Random(random)).ToList();
            try
            {
                Read(random.Pick(NftFamily.Ip, NftFamily.Ip6, NftFamily.Inet, NftFamily.Bridge, NftFamily.Netdev, NftFamily.Arp), expressions);
            }
            catch (NftRefused)
            {
                // Told by name.
            }
        }
    }

    private static NftRegister Register(SeededGenerator random) => (NftRegister)random.Pick(0, 1, 1, 1, 2, 8, 9, 23, 99);

    private static NftExpression Random(SeededGenerator random) => random.Next(0, 16) switch
    {
        0 => new MetaExpression((MetaKey)random.Next(0, 40), Register(random)),
        1 => new CtExpression((CtKey)random.Next(0, 30), Register(random)),
        2 => new PayloadExpression((PayloadBase)random.Next(0, 6), random.Pick(0u, 2u, 9u, 12u, 13u, uint.MaxValue), random.Pick(0u, 1u, 2u, 4u, 16u, 17u, uint.MaxValue), Register(random)),
        3 or 4 or 5 => new CmpExpression((CmpOperation)random.Next(0, 7), new NftValue(random.BytesBelow(20)), Register(random)),
        6 => new BitwiseExpression(random.Pick(1u, 4u, 16u), new NftValue(random.BytesBelow(20)), new NftValue(random.BytesBelow(20)), Register(random), Register(random)) { Operation = (BitwiseOperation)random.Next(0, 4), Data = new NftValue(random.BytesBelow(6)) },
        7 => new ByteorderExpression(ByteorderOperation.NFT_BYTEORDER_HTON, 4, 4, Register(random), Register(random)),
        8 => new ImmediateExpression(new NftValue(random.BytesBelow(20)), Register(random)),
        9 => new RangeExpression(RangeOperation.NFT_RANGE_NEQ, new NftValue(random.BytesBelow(20)), new NftValue(random.BytesBelow(20)), Register(random)),
        10 => new NatExpression(NatType.NFT_NAT_DNAT, random.Pick(NftFamily.Ip, NftFamily.Ip6)) { Address = Register(random), AddressEnd = random.Chance(50) ? Register(random) : null, Port = random.Chance(50) ? Register(random) : null, Flags = (NatFlags)random.NextUInt32() },
        11 => new PayloadSetExpression((PayloadBase)random.Next(0, 5), random.Pick(0u, 8u, uint.MaxValue), random.Pick(0u, 2u, 4u, uint.MaxValue), Register(random)),
        12 => new ExthdrExpression((ExthdrOperation)random.Next(0, 5), (byte)random.Next(0, 256), random.NextUInt32(), random.NextUInt32(), Register(random)),
        13 => new RejectExpression((RejectType)random.Next(0, 4), (byte)random.Next(0, 256)),
        14 => new XtMatch(random.Pick("conntrack", "multiport", "owner", "addrtype", "icmp", "x"), (uint)random.Next(0, 4), new NftValue(random.BytesBelow(200))),
        _ => new XtTarget(random.Pick("MARK", "CONNMARK", "REDIRECT", "DNAT", "SNAT", "LOG", "REJECT", "NFQUEUE", "CT"), (uint)random.Next(0, 4), new NftValue(random.BytesBelow(80))),
    };
}
