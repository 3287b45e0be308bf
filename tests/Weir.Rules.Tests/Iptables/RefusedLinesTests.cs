using Weir.Rules.Iptables;

namespace Weir.Rules.Tests.Iptables;

/// <summary>What iptables-restore 1.8.9 refuses by itself, Weir refuses too, with the line's number and with what to do.</summary>
public class RefusedLinesTests
{
    [Theory]
    [InlineData("-A INPUT -p tcp -m tcp --dport 80 # web", "a comment can only begin at the start of a line")]
    [InlineData("-A INPUT -m geoip --source-country CN -j DROP", "Weir doesn't know the match \"geoip\"")]
    [InlineData("-A INPUT -j TEE --gateway 10.0.0.1", "Weir doesn't know the target \"TEE\"")]
    [InlineData("-A INPUT -j NOWHERE", "the chain \"NOWHERE\" does not exist in filter")]
    [InlineData("-A NOWHERE -j ACCEPT", "the chain \"NOWHERE\" does not exist in filter")]
    [InlineData("-A INPUT --dport 80 -j ACCEPT", "ports need -p tcp or -p udp before them")]
    [InlineData("-A INPUT -p icmp --dport 80", "unknown option \"--dport\"")]
    [InlineData("-A INPUT -p udp -m tcp --dport 80", "the tcp match requires -p tcp")]
    [InlineData("-A INPUT -p tcp --dport 90:80", "the first is greater than the last")]
    [InlineData("-A INPUT -p tcp --dport 65536", "is no port and no known service")]
    [InlineData("-A INPUT -p tcp --dport 1 --dport 2", "can only be used once")]
    [InlineData("-A INPUT -p tcp --tcp-flags SYN", "requires two words")]
    [InlineData("-A INPUT -p tcp ! --dport 0:65535", "matches no packet")]
    [InlineData("-A INPUT -m mark", "--mark must be given")]
    [InlineData("-A INPUT -m mark --mark 0x1/zz", "no mark")]
    [InlineData("-A INPUT -m mark --mark -1", "no mark")]
    [InlineData("-A INPUT -m limit ! --limit 5/s", "cannot be inverted")]
    [InlineData("-A INPUT -m limit --limit 5/week", "bad rate")]
    [InlineData("-A INPUT -m limit --limit 20000/s", "too fast")]
    [InlineData("-A INPUT -m multiport --dports 80", "needs `-p tcp'")]
    [InlineData("-A INPUT -p tcp -m multiport --ports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", "more than 15 ports")]
    [InlineData("-A INPUT -p tcp -m multiport --sports 1 --dports 2", "cannot be used together")]
    [InlineData("-A INPUT -m conntrack --ctstate OLD", "bad ctstate")]
    [InlineData("-A INPUT -m owner --uid-owner no-such-user", "no name known here")]
    [InlineData("-A INPUT -m owner", "must be given")]
    [InlineData("-A INPUT -m addrtype --limit-iface-in", "--src-type or --dst-type must be given")]
    [InlineData("-A INPUT -m set --match-set s", "requires two words")]
    [InlineData("-A INPUT -m set --match-set s left", "is no list of src and dst")]
    [InlineData("-A INPUT -m u32 --u32 6&0xff", "the test ends without a value")]
    [InlineData("-A INPUT -p icmp --icmp-type echo-re", "ambiguous ICMP type")]
    [InlineData("-A INPUT -j MARK", "must be given")]
    [InlineData("-A INPUT -j MARK --set-mark 1 --or-mark 2", "cannot be used together")]
    [InlineData("-A INPUT -j REJECT --reject-with nothing", "unknown reject type")]
    [InlineData("-A INPUT -j LOG --log-level 8", "log level")]
    [InlineData("-A INPUT -j NFQUEUE --queue-balance 3:1", "no range of queues")]
    [InlineData("-A INPUT -j NFQUEUE --queue-cpu-fanout", "also requires \"--queue-balance\"")]
    [InlineData("-A INPUT -j TPROXY --on-ip 127.0.0.1", "--on-port must be given")]
    [InlineData("-A INPUT -s example.org -j DROP", "names of hosts are not looked up")]
    [InlineData("-A INPUT -s 10.0.0.1/33", "is no mask")]
    [InlineData("-A INPUT ! -s 10.0.0.1,10.0.0.2", "! can't be used with several addresses")]
    [InlineData("-A INPUT -o eth0", "-o can't be used in INPUT")]
    [InlineData("-A OUTPUT -i eth0", "-i can't be used in OUTPUT")]
    [InlineData("-A INPUT -i name-with-sixteen", "longer than 15 characters")]
    [InlineData("-A INPUT ! -j ACCEPT", "! can't stand before -j")]
    [InlineData("-A INPUT -j ACCEPT !", "nothing follows the !")]
    [InlineData("-A INPUT -j ACCEPT -j DROP", "only one -j is allowed")]
    [InlineData("-A INPUT -t nat", "the table stands in its own line")]
    [InlineData("-A INPUT -m comment --comment \"open", "a double quote is not closed")]
    [InlineData("-j ACCEPT", "no command")]
    [InlineData("-I INPUT 2 -j ACCEPT", "INPUT has only 0 rules")]
    [InlineData("-D INPUT -j ACCEPT", "INPUT has no such rule")]
    [InlineData(":INPUT REJECT [0:0]", "neither ACCEPT nor DROP")]
    [InlineData(":MARK - [0:0]", "there is a target of this name")]
    [InlineData("*nat", "put a line COMMIT before this one")]
    public void A_line_that_can_not_be_installed_is_told(string line, string message)
    {
        var parsed = IptablesRuleset.Parse($"# a comment\n*filter\n{line}\n-A INPUT -j ACCEPT\nCOMMIT\n", IptablesFamily.IPv4);

        var finding = Assert.Single(parsed.Findings);
        Assert.Equal(3, finding.Line);
        Assert.Equal(line, finding.Text);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Contains("-A INPUT -j ACCEPT", parsed.Model.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_of_a_text_are_told_at_once()
    {
        var parsed = IptablesRuleset.Parse("-A INPUT\n*filtre\n*filter\n-A INPUT -m a\n-A INPUT -m b\n", IptablesFamily.IPv4);

        Assert.Equal([1, 2, 3, 4, 5], parsed.Findings.Select(finding => finding.Line));
    }

    [Fact]
    public void Drop_is_refused_in_the_nat_table() =>
        Assert.Contains("nat table", Assert.Single(IptablesRuleset.Parse("*nat\n-A PREROUTING -j DROP\nCOMMIT\n", IptablesFamily.IPv4).Findings).Message, StringComparison.Ordinal);

    [Fact]
    public void A_rule_of_the_other_family_is_passed_over()
    {
        var parsed = IptablesRuleset.Parse("*filter\n-A INPUT -4 -s 10.0.0.1 -j DROP\n-A INPUT -6 -s ::1 -j DROP\nCOMMIT\n", IptablesFamily.IPv6);

        Assert.Empty(parsed.Findings);
        Assert.Equal("-s ::1/128 -j DROP", Assert.Single(parsed.Model.FindTable("filter")!.FindChain("INPUT")!.Rules).ToString());
    }
}
