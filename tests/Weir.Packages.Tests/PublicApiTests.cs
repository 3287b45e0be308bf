using System.Reflection;
using Weir.Testing;

namespace Weir.Packages.Tests;

/// <summary>What the packages promise to their users. A change is seen in the diff of <c>tests/golden/api</c>; <c>./dev golden Packages</c> rewrites it.</summary>
public class PublicApiTests
{
    [Theory]
    [InlineData("Weir.Linux")]
    [InlineData("Weir.Packets")]
    [InlineData("Weir.Netlink")]
    [InlineData("Weir.Rules")]
    [InlineData("Weir.TcpIp")]
    [InlineData("Weir.Stack")]
    public void The_public_api_of_a_package_is_as_it_was_reviewed(string project) =>
        GoldenFile.Compare($"api/{project}.txt", ApiText.Of(Assembly.Load(project)));
}
