using System.Xml.Linq;
using Weir.Testing;

namespace Weir.TcpIp.Tests;

public class PurityTests
{
    [Fact]
    public void The_stack_knows_nothing_but_wire_formats()
    {
        var project = XDocument.Load(Path.Combine(Repository.Root, "src/Weir.TcpIp/Weir.TcpIp.csproj"));
        var references = project.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        Assert.Equal(["Weir.Packets"], references);
        Assert.Empty(project.Descendants("PackageReference"));
    }
}
