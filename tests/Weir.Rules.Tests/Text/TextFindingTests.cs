using Weir.Rules.Text;

namespace Weir.Rules.Tests.Text;

public class TextFindingTests
{
    [Fact]
    public void A_finding_reads_as_its_line_number_its_message_and_the_line() =>
        Assert.Equal("line 3: Unknown match 'geoip'.\n  -A INPUT -m geoip -j DROP", new TextFinding(3, "-A INPUT -m geoip -j DROP", "Unknown match 'geoip'.").ToString());
}
