using Weir.Host.Formats;
using Weir.Rules.Text;

namespace Weir.Host.Tests.Formats;

public class RulesTextExceptionTests
{
    [Fact]
    public void All_findings_are_in_the_message_in_their_order() =>
        Assert.Equal("line 1: No.\n  a\nline 2: Nor this.\n  b", new RulesTextException([new TextFinding(1, "a", "No."), new TextFinding(2, "b", "Nor this.")]).Message);
}
