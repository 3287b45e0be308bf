using System.Net;
using Weir.Rules.Ipset;
using Weir.Testing;

namespace Weir.Rules.Tests.Ipset;

public class IpsetTextTests
{
    /// <summary>What ipset 7.17 printed, of every kind and with every option.</summary>
    private const string Saved = """
        create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x2c299fbc
        add a 10.0.0.7
        create b hash:ip family inet6 hashsize 64 maxelem 100 timeout 10 counters comment bucketsize 4 initval 0xc6c97c83
        add b fd00::2 timeout 4 packets 3 bytes 4 comment "hello there"
        create c hash:net family inet hashsize 1024 maxelem 65536 timeout 5 counters comment skbinfo bucketsize 12 initval 0x5a0784fa
        add c 0.0.0.0/5 timeout 6 nomatch packets 1 bytes 3 comment "bar" skbprio 12:10
        add c 10.1.2.3 timeout 0 packets 0 bytes 0 skbmark 0x11/0xff skbqueue 5
        create d hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x452a10c2 netmask 5
        add d 10.0.0.1,gre:0
        add d 10.0.0.1,sctp:5
        add d 10.0.0.1,udp:80
        add d 1.2.3.4,icmp:9/9
        add d 1.2.3.4,253:0
        add d 10.0.0.1,icmp:echo-request
        create d2 hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x5267bc9c bitmask 255.0.0.255
        create e hash:net,port family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0xed442dc5
        add e fd00::1,udplite:53
        add e fd00::/64,ipv6-icmp:echo-request nomatch
        add e ::ffff:1.2.3.4,tcp:80
        add e fe80::5efe:102:304,tcp:80
        create g bitmap:port range 1-1000 counters comment
        add g 1 packets 0 bytes 0 comment "hi"
        create h hash:ip family inet hashsize 1024 maxelem 65536 netmask 24 skbinfo bucketsize 12 initval 0x2ecd3359
        create k hash:ip family inet hashsize 1024 maxelem 65536 bitmask 255.255.0.255 bucketsize 12 initval 0xda47119c
        create ipi hash:ip,port,ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x93aef393
        add ipi 10.0.0.1,tcp:80,10.0.0.2
        create ipn hash:ip,port,net family inet hashsize 1024 maxelem 65536 counters bucketsize 12 initval 0x783b4449
        add ipn 10.0.0.1,icmp:echo-request,10.0.0.0/8 nomatch packets 0 bytes 0
        create ni hash:net,iface family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0xe7a9e2b2
        add ni 0.0.0.0/0,eth+
        add ni 10.0.0.0/8,physdev:eth0 nomatch
        add ni 10.0.0.0/8,eth wildcard comment "x"
        create bi bitmap:ip range 10.0.0.0-10.0.0.255 netmask 28 timeout 600
        add bi 10.0.0.1 timeout 599
        create f list:set size 4 timeout 5
        add f c timeout 4

        """;

    [Fact]
    public void What_the_tool_prints_comes_back_to_the_byte()
    {
        var parsed = IpsetText.Parse(Saved);

        Assert.Empty(parsed.Findings);
        Assert.DoesNotContain(parsed.Model.Lines, line => line.Command is IpsetVerbatim);
        Assert.Equal(Saved, parsed.Model.ToString());
    }

    [Fact]
    public void A_set_is_read_with_all_that_is_said_of_it()
    {
        var create = Assert.IsType<IpsetCreate>(Single("create b hash:ip family inet6 hashsize 64 maxelem 100 timeout 10 counters comment forceadd skbinfo bucketsize 4 netmask 64 initval 0x10"));

        Assert.Equal(
            new IpsetCreate("b", "hash:ip")
            {
                Family = IpsetFamily.Inet6, HashSize = 64, MaxElements = 100, Timeout = 10, Counters = true, Comments = true, ForceAdd = true, SkbInfo = true,
                BucketSize = 4, Netmask = 64, InitialValue = 16,
            },
            create);
    }

    [Fact]
    public void An_element_is_read_by_the_kind_of_its_set()
    {
        var lines = IpsetText.Parse("create 1 bitmap:port range 0-100\ncreate 2 list:set\ncreate 3 hash:net,port\nadd 1 80\nadd 2 80 before 3\nadd 3 10.0.0.0/8,udp:80-90 nomatch\n").Model.Lines;

        Assert.Equal(new IpsetAdd("1", new IpsetEntry { Port = 80 }), lines[3].Command);
        Assert.Equal(new IpsetAdd("2", new IpsetEntry { Member = "80", Neighbor = "3", BeforeNeighbor = true }), lines[4].Command);
        Assert.Equal(
            new IpsetAdd("3", new IpsetEntry { Address = IPAddress.Parse("10.0.0.0"), PrefixLength = 8, Protocol = 17, Port = 80, LastPort = 90, NoMatch = true }),
            lines[5].Command);
    }

    [Theory]
    [InlineData("-N z iphash", "create z hash:ip")]
    [InlineData("n z hash:ip -exist", "create z hash:ip -exist")]
    [InlineData("-! --create z hash:ip family ipv6 timeout 0x10", "create z hash:ip family inet6 timeout 16 -exist")]
    [InlineData("x z", "destroy z")]
    [InlineData("destroy", "destroy")]
    [InlineData("fl z", "flush z")]
    [InlineData("e a b", "rename a b")]
    [InlineData("swap a b", "swap a b")]
    [InlineData("-A four 10.0.0.1-10.0.0.9", "add four 10.0.0.1-10.0.0.9")]
    [InlineData("del four 10.0.0.0/24 -exist", "del four 10.0.0.0/24 -exist")]
    [InlineData("add four 10.0.0.1/32", "add four 10.0.0.1")]
    [InlineData("add four 10.0.0.1 comment \"a  b\"", "add four 10.0.0.1 comment \"a  b\"")]
    [InlineData("add ports 10.0.0.1,80", "add ports 10.0.0.1,tcp:80")]
    [InlineData("add ports 10.0.0.1,udp:http", "add ports 10.0.0.1,udp:8080")]
    [InlineData("add ports 10.0.0.1,icmp:ping", "add ports 10.0.0.1,icmp:echo-request")]
    [InlineData("add six 1:0:0:2::", "add six 1:0:0:2::")]
    [InlineData("create z ipmap range 10.0.0.77/24", "create z bitmap:ip range 10.0.0.0-10.0.0.255")]
    [InlineData("# a comment", "# a comment")]
    [InlineData("  ", "  ")]
    [InlineData("COMMIT", "COMMIT")]
    public void Every_way_to_write_a_command_is_read(string line, string canonical)
    {
        var parsed = IpsetText.Parse(line, Known);

        Assert.Empty(parsed.Findings);
        Assert.Equal(canonical + "\n", parsed.Model.ToString());
    }

    [Theory]
    [InlineData("create z", "create needs a name")]
    [InlineData("create z hash:mac", "does not know the kind hash:mac")]
    [InlineData("create z hash:ip maxelem 5 maxelem 6", "said twice")]
    [InlineData("create z hash:ip probes 3", "probes is not known")]
    [InlineData("create z hash:ip inet6", "inet6 is not known")]
    [InlineData("create z hash:ip timeout 2147484", "no value for timeout")]
    [InlineData("create z hash:ip netmask 24 bitmask 255.0.0.0", "exclude each other")]
    [InlineData("create z hash:net netmask 24", "not known for hash:net")]
    [InlineData("create z bitmap:port", "needs its range")]
    [InlineData("create z bitmap:ip range 10.0.0.1", "no value for range")]
    [InlineData("create z bitmap:ip", "needs its range")]
    [InlineData("create aaaaaaaaaabbbbbbbbbbccccccccccdd hash:ip", "at most 31 bytes")]
    [InlineData("add nosuch 10.0.0.1", "the kind of the set nosuch is not known")]
    [InlineData("add four www.example.org", "names are not looked up")]
    [InlineData("add four fd00::1", "no IPv4 address")]
    [InlineData("add six fd00::/64", "no IPv6 address that hash:ip takes")]
    [InlineData("add four 10.0.0.1,80", "takes an address alone")]
    [InlineData("add ports 10.0.0.1", "needs 2 parts")]
    [InlineData("add ports 10.0.0.1,gre:5", "gre has no ports")]
    [InlineData("add ports 10.0.0.1,icmpv6:echo-request", "does not belong to the family")]
    [InlineData("add ports 10.0.0.1,udp:70000", "no port")]
    [InlineData("add four 10.0.0.1 nomatch", "not known here")]
    [InlineData("add four 10.0.0.1 skbmark 5", "no value for skbmark")]
    [InlineData("add four 10.0.0.1 comment \"a", "a quote is not closed")]
    [InlineData("add four 10.0.0.1 comment \"\"", "its value is missing")]
    [InlineData("del four 10.0.0.1 timeout 5", "means nothing to del")]
    [InlineData("list", "does not belong into a text")]
    [InlineData("hello", "no command of ipset")]
    public void A_line_that_is_not_understood_stays_and_is_told(string line, string reason)
    {
        var parsed = IpsetText.Parse("# first\n" + line + "\n", Known);

        var finding = Assert.Single(parsed.Findings);
        Assert.Equal((2, line), (finding.Line, finding.Text));
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
        Assert.Equal("# first\n" + line + "\n", parsed.Model.ToString());
    }

    [Fact]
    public void The_kind_of_a_set_follows_its_name_through_the_text()
    {
        var parsed = IpsetText.Parse("create a bitmap:port range 0-9\ncreate b hash:ip\nrename a c\nswap c b\nadd b 5\nadd c 10.0.0.1\ndestroy b\nadd b 5\n");

        Assert.Equal(8, Assert.Single(parsed.Findings).Line);
    }

    [Fact]
    public void Any_text_is_taken_and_given_back()
    {
        var random = new SeededGenerator(21);
        string[] words = [.. Saved.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries), "\"", "-exist", "del", "swap", "\n", "\t", "0x", "-", "/", ",", ":", "é", "\0"];
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Join(random.Pick(" ", " ", ""), Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Pick<string>(words)));
            var parsed = IpsetText.Parse(text, Known);
            var printed = parsed.Model.ToString();
            var again = IpsetText.Parse(printed, Known);
            Assert.True(printed == again.Model.ToString(), $"seed {random.Seed}, input {i}: {text}");
            Assert.Equal(parsed.Model.Lines.Count, printed.Count(character => character == '\n'));
        }
    }

    private static readonly IpsetContext Known = new()
    {
        Kinds = name => name switch
        {
            "four" => new IpsetKind("hash:ip", IpsetFamily.Inet),
            "six" => new IpsetKind("hash:ip", IpsetFamily.Inet6),
            "ports" => new IpsetKind("hash:ip,port", IpsetFamily.Inet),
            _ => null,
        },
        Services = (name, protocol) => (name, protocol) == ("http", "udp") ? (ushort)8080 : null,
    };

    private static IpsetCommand Single(string line) => Assert.Single(IpsetText.Parse(line).Model.Lines).Command;
}
