using Weir.Netlink.Nftables;
using Weir.Netlink.Protocol;
using Weir.Testing;

namespace Weir.Netlink.Tests.Nftables;

public class NftTraceTests
{
    /// <summary>Headers, and what nft 1.0.6 printed of them.</summary>
    public static TheoryData<string, byte, ushort, string, string, string, string> Packets => new()
    {
        {
            "tcp", 2, 1, "7edee337bc41 5e521a83ce04 0800", "4500003ca1244000 4006 0000 0a090902 0a090901", "eb36 0050 00000000 00000000 a002 faf0 0000 0000",
            "iif \"v0\" ether saddr 5e:52:1a:83:ce:04 ether daddr 7e:de:e3:37:bc:41 ip saddr 10.9.9.2 ip daddr 10.9.9.1 ip dscp cs0 ip ecn not-ect ip ttl 64 ip id 41252 ip length 60 tcp sport 60214 tcp dport 80 tcp flags == syn tcp window 64240"
        },
        {
            "several flags", 2, 772, "0000000000000000000000000800", "45020039a1264000 4006 0000 0a090902 0a090901", "eb36 0050 00000000 00000000 8018 003f 0000 0000",
            "iif \"v0\" @ll,0,112 0x800 ip saddr 10.9.9.2 ip daddr 10.9.9.1 ip dscp cs0 ip ecn ect0 ip ttl 64 ip id 41254 ip length 57 tcp sport 60214 tcp dport 80 tcp flags == 0x18 tcp window 63"
        },
        {
            "icmp", 2, 1, "7edee337bc41 5e521a83ce04 0800", "45b800547c4c4000 4001 0000 0a090902 0a090901", "0800 0000 4b6e 0001 cd64076b0000000002a20100",
            "iif \"v0\" ether saddr 5e:52:1a:83:ce:04 ether daddr 7e:de:e3:37:bc:41 ip saddr 10.9.9.2 ip daddr 10.9.9.1 ip dscp ef ip ecn not-ect ip ttl 64 ip id 31820 ip length 84 icmp type echo-request icmp code net-unreachable icmp id 19310 icmp sequence 1 @th,64,96 0xcd64076b0000000002a20100"
        },
        {
            "gre", 2, 1, "7edee337bc41 5e521a83ce04 0800", "4500002e88a64000 402f 0000 0a090902 0a090901", "6162636465666768696a6b6c6d6e6f7071727374",
            "iif \"v0\" ether saddr 5e:52:1a:83:ce:04 ether daddr 7e:de:e3:37:bc:41 ip saddr 10.9.9.2 ip daddr 10.9.9.1 ip dscp cs0 ip ecn not-ect ip ttl 64 ip id 34982 ip protocol gre ip length 46 @th,0,160 0x6162636465666768696a6b6c6d6e6f7071727374"
        },
        {
            "inet", 1, 772, "", "4500001f201d4000 4011 0000 7f000001 7f000001", "b6cc 0005 000b fe1e 68690a",
            "iif \"v0\" ip saddr 127.0.0.1 ip daddr 127.0.0.1 ip dscp cs0 ip ecn not-ect ip ttl 64 ip id 8221 ip protocol udp ip length 31 udp sport 46796 udp dport 5 udp length 11 @th,64,24 0x68690a"
        },
        {
            "icmpv6", 10, 1, "7edee337bc41 5e521a83ce04 86dd", "600159c0 0040 3a 40 fd990000000000000000000000000002 fd990000000000000000000000000001", "8000 0000 4b71 0001 cd64076b00000000a7080500",
            "iif \"v0\" ether saddr 5e:52:1a:83:ce:04 ether daddr 7e:de:e3:37:bc:41 ip6 saddr fd99::2 ip6 daddr fd99::1 ip6 dscp cs0 ip6 ecn not-ect ip6 hoplimit 64 ip6 flowlabel 88512 ip6 length 64 icmpv6 type echo-request icmpv6 code no-route icmpv6 parameter-problem 1265696769 @th,64,96 0xcd64076b00000000a7080500"
        },
    };

    [Theory]
    [MemberData(nameof(Packets))]
    public void A_packet_is_printed_as_nft_prints_it(string name, byte family, ushort linkType, string link, string network, string transport, string expected)
    {
        var protocol = Hex.Parse(network)[0] >> 4 == 6 ? NftFamily.Ip6 : NftFamily.Ip;
        var trace = new NftTrace
        {
            Id = 0x5453b2b9,
            Family = (NftFamily)family,
            Table = "t",
            Chain = "in",
            Type = NftTraceType.NFT_TRACETYPE_RULE,
            RuleHandle = 4,
            Verdict = NftVerdict.Jump("other"),
            InputLink = 2,
            InputLinkType = linkType,
            Protocol = protocol,
            LinkLayerHeader = Hex.Parse(link),
            NetworkHeader = Hex.Parse(network),
            TransportHeader = Hex.Parse(transport),
        };
        var head = $"trace id 5453b2b9 {((NftFamily)family).Word()} t in";
        Assert.Equal([$"{head} packet: {expected} ", $"{head} rule {name} (verdict jump other)"], NftTraceText.Lines(trace, _ => name, _ => "v0"));
        Assert.EndsWith("rule handle 4 (verdict jump other)", NftTraceText.Lines(trace)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_a_chain_is_printed_as_nft_prints_it()
    {
        var trace = new NftTrace { Id = 1, Family = NftFamily.Inet, Table = "t", Chain = "c", Type = NftTraceType.NFT_TRACETYPE_POLICY, Policy = NftPolicy.Drop, Mark = 5 };
        Assert.Equal(["trace id 00000001 inet t c policy drop meta mark 0x00000005 "], NftTraceText.Lines(trace));
        trace = trace with { Type = NftTraceType.NFT_TRACETYPE_RETURN, Verdict = NftVerdict.Continue, Mark = null };
        Assert.Equal(["trace id 00000001 inet t c verdict continue "], NftTraceText.Lines(trace));
    }

    [Fact]
    public void Hostile_events_are_read_or_lost()
    {
        var random = new SeededGenerator(5);
        for (var i = 0; i < 50_000; i++)
        {
            byte[] payload = [random.Pick<byte>(1, 2, 10), 0, 0, 0];
            for (var j = random.Next(0, 12); j > 0; j--)
                payload = [.. payload, .. RecordedKernel.Attribute((ushort)random.Next(0, 18), random.Chance(20) ? random.BytesBelow(60) : random.Bytes(random.Pick<int>(1, 4, 8, 20, 40)))];
            var message = RecordedKernel.Message(new byte[16], (NetlinkMessageType)(0x0a00 + random.Next(0, 34)), 0, payload);
            if (random.Chance(30))
                message = random.Mutate(message);
            foreach (var trace in NftMonitor.Parse(message, new NameCache()).OfType<NftTrace>())
                Assert.NotEmpty(NftTraceText.Lines(trace));
        }
    }
}
