using System.Xml.Linq;
using Weir.Testing;

namespace Weir.Packages.Tests;

/// <summary>What <c>./dev pack</c> relies on.</summary>
public class PackageTests
{
    private static readonly string[] Packages = ["Weir.Linux", "Weir.Netlink", "Weir.Packets", "Weir.Rules", "Weir.Stack", "Weir.TcpIp"];

    public static TheoryData<string> Names => [.. Packages];

    [Fact]
    public void The_packages_are_these() =>
        Assert.Equal(Packages, Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)).Where(name => Value(name, "IsPackable") == "true").Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Names))]
    public void A_package_has_a_description_and_a_readme_of_its_own(string name)
    {
        Assert.NotEmpty(Value(name, "Description")!);
        Assert.Equal("README.md", Value(name, "PackageReadmeFile"));
        Assert.StartsWith($"# {name}\n", File.ReadAllText(Path.Combine(Repository.Root, "src", name, "README.md")), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_package_depends_on_packages_only(string name)
    {
        var project = ProjectOf(name);
        Assert.All(project.Descendants("ProjectReference"), reference => Assert.Contains(Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!), Packages));
        Assert.Empty(project.Descendants("PackageReference"));
    }

    [Fact]
    public void Samples_use_the_packages_and_no_project()
    {
        var samples = Directory.GetFiles(Path.Combine(Repository.Root, "samples"), "*.csproj", SearchOption.AllDirectories).Select(path => (Name: Path.GetFileNameWithoutExtension(path), Project: XDocument.Load(path))).ToList();
        Assert.NotEmpty(samples);
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "samples", "README.md"));
        foreach (var (name, project) in samples)
        {
            Assert.Contains($"| `{name}` |", readme, StringComparison.Ordinal);
            Assert.Empty(project.Descendants("ProjectReference"));
            Assert.All(project.Descendants("PackageReference"), package => Assert.Contains((string)package.Attribute("Include")!, Packages));
        }
    }

    private static XDocument ProjectOf(string name) => XDocument.Load(Path.Combine(Repository.Root, "src", name, $"{name}.csproj"));

    private static string? Value(string name, string property) => ProjectOf(name).Descendants(property).FirstOrDefault()?.Value;
}
