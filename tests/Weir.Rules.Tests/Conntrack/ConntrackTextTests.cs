using System.Net;
using System.Net.Sockets;
using Weir.Rules.Conntrack;
using Weir.Testing;

namespace Weir.Rules.Tests.Conntrack;

public class ConntrackTextTests
{
    /// <summary>What conntrack 1.4.7 printed.</summary>
    private const string Listed = """
        tcp      6 431999 ESTABLISHED src=10.9.0.1 dst=10.9.0.2 sport=38976 dport=80 packets=2 bytes=112 src=10.9.0.2 dst=10.9.0.1 sport=80 dport=38976 packets=1 bytes=60 [ASSURED] mark=544 delta-time=0 use=1
        icmp     1 29 src=10.9.0.1 dst=10.9.0.2 type=8 code=0 id=32386 packets=1 bytes=84 src=10.9.0.2 dst=10.9.0.1 type=0 code=0 id=32386 packets=1 bytes=84 mark=0 delta-time=0 use=1
        udplite  136 29 src=10.9.0.1 dst=10.9.0.2 sport=41181 dport=80 packets=1 bytes=29 [UNREPLIED] src=10.9.0.2 dst=10.9.0.1 sport=80 dport=41181 packets=0 bytes=0 mark=0 delta-time=0 use=1
        tcp      6 119 SYN_SENT src=10.9.0.1 dst=10.9.0.77 sport=56774 dport=99 [UNREPLIED] src=10.9.0.77 dst=10.9.0.1 sport=99 dport=56774 mark=544 use=2
        unknown  253 599 src=10.9.0.1 dst=10.9.0.2 packets=1 bytes=25 [UNREPLIED] src=10.9.0.2 dst=10.9.0.1 packets=0 bytes=0 mark=0 delta-time=0 use=1
        udp      17 29 src=10.9.0.1 dst=10.9.0.2 sport=33297 dport=56 packets=1 bytes=29 [UNREPLIED] src=10.9.0.2 dst=10.9.0.1 sport=56 dport=33297 packets=0 bytes=0 mark=0 zone=5 delta-time=0 use=1
        gre      47 29 src=10.9.0.1 dst=10.9.0.2 srckey=0x0 dstkey=0xab packets=1 bytes=29 [UNREPLIED] src=10.9.0.2 dst=10.9.0.1 srckey=0xab dstkey=0x0 packets=0 bytes=0 mark=0 delta-time=0 use=1
        icmpv6   58 29 src=fd09::1 dst=fd09::2 type=128 code=0 id=32387 packets=1 bytes=104 src=fd09::2 dst=fd09::1 type=129 code=0 id=32387 packets=1 bytes=104 mark=0 delta-time=0 use=1
        ipv4     2 tcp      6 431999 ESTABLISHED src=10.9.0.1 dst=10.9.0.2 sport=38976 dport=80 src=10.9.0.2 dst=10.9.0.1 sport=80 dport=38976 [OFFLOAD] mark=544 use=1
            [NEW] tcp      6 300 ESTABLISHED src=10.9.0.2 dst=10.9.0.1 sport=80 dport=38976 [UNREPLIED] src=10.9.0.1 dst=10.9.0.2 sport=38976 dport=80
         [UPDATE] tcp      6 60 CLOSE_WAIT src=10.9.0.2 dst=10.9.0.1 sport=80 dport=38976 src=10.9.0.1 dst=10.9.0.2 sport=38976 dport=80 mark=544
        [DESTROY] tcp      6 CLOSE src=10.9.0.2 dst=10.9.0.1 sport=80 dport=38976 src=10.9.0.1 dst=10.9.0.2 sport=38976 dport=80 mark=544 helper=ftp use=1 id=3428045690
        conntrack v1.4.7 (conntrack-tools): 13 flow entries have been shown.

        """;

    [Fact]
    public void What_the_tool_prints_comes_back_to_the_byte()
    {
        var parsed = ConntrackText.Parse(Listed);

        Assert.Empty(parsed.Findings);
        Assert.Equal(12, parsed.Model.Flows.Count());
        Assert.Equal(Listed, parsed.Model.ToString());
    }

    [Fact]
    public void A_line_is_read_with_all_that_it_says()
    {
        const string line = "ipv6     10 tcp      6 119 SYN_SENT src=fd00::1 dst=fd00::2 sport=5 dport=99 packets=1 bytes=60 [UNREPLIED] src=fd00::2 dst=fd00::1 sport=99 dport=6 mark=544 secctx=null zone=5 zone-orig=6 zone-reply=7 delta-time=9 helper=ftp use=2 id=12";

        Assert.Equal(
            new ConntrackFlow
            {
                Family = AddressFamily.InterNetworkV6, Protocol = 6, Timeout = 119, State = "SYN_SENT", Unreplied = true, Mark = 544, SecurityContext = "null", Zone = 5, OriginalZone = 6,
                ReplyZone = 7, DeltaTime = 9, Helper = "ftp", Use = 2, Id = 12,
                Original = new ConntrackDirection { Source = IPAddress.Parse("fd00::1"), Destination = IPAddress.Parse("fd00::2"), SourcePort = 5, DestinationPort = 99, Packets = 1, Bytes = 60 },
                Reply = new ConntrackDirection { Source = IPAddress.Parse("fd00::2"), Destination = IPAddress.Parse("fd00::1"), SourcePort = 99, DestinationPort = 6 },
            },
            Assert.Single(ConntrackText.Parse(line).Model.Flows));
    }

    [Theory]
    [InlineData("tcp      6 119 SYN_SENT src=10.0.0.1")]
    [InlineData("tcp      6 119 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 colour=red use=1")]
    [InlineData("tcp      6 119 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 use=1 ")]
    [InlineData("hello")]
    public void A_line_that_is_not_understood_whole_stays_and_is_told(string line)
    {
        var parsed = ConntrackText.Parse("\n" + line + "\n");

        Assert.Equal(2, Assert.Single(parsed.Findings).Line);
        Assert.Equal("\n" + line + "\n", parsed.Model.ToString());
    }

    [Fact]
    public void Any_text_is_taken_and_given_back()
    {
        var random = new SeededGenerator(22);
        string[] words = [.. Listed.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries), "\n", "src=", "=", "[", "mark=99999999999", "ipv4", "\0"];
        for (var i = 0; i < 20_000; i++)
        {
            var text = random.Chance(50)
                ? string.Join(' ', Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Pick<string>(words)))
                : System.Text.Encoding.Latin1.GetString(random.Mutate(System.Text.Encoding.Latin1.GetBytes(random.Pick<string>(Listed.Split('\n')))));
            var printed = ConntrackText.Parse(text).Model.ToString();
            Assert.True(printed.TrimEnd('\n') == text.TrimEnd('\n'), $"seed {random.Seed}, input {i}: {text}");
        }
    }
}
