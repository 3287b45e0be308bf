using System.Text.RegularExpressions;

namespace Weir.Cli.Tests.Architecture;

public partial class NameTests
{
    private static readonly string[] Forbidden = ["Common", "Core", "Shared", "Utils", "Util", "Helpers", "Models", "Interfaces", "Extensions", "Misc"];

    [Fact]
    public void No_folder_or_namespace_has_a_name_that_says_nothing()
    {
        foreach (string file in Sources.CSharpFiles("src").Concat(Sources.CSharpFiles("tests")))
        {
            string[] folders = Path.GetDirectoryName(file)!.Split('/', '.');
            Assert.False(folders.Intersect(Forbidden).Any(), file);
        }
    }

    [Fact]
    public void A_files_namespace_is_its_folder()
    {
        foreach (string file in Sources.CSharpFiles("src"))
        {
            string? declared = NamespaceLine().Match(Sources.Read(file)) is { Success: true } match ? match.Groups["name"].Value : null;
            string folder = string.Join('.', Path.GetDirectoryName(file)!.Split('/').Skip(1));
            // Top-level statements and assembly attributes have no namespace.
            Assert.True(declared is null || declared == folder, $"{file}: namespace {declared} in folder {folder}");
        }
    }

    [Fact]
    public void The_product_starts_no_process_except_the_demos_own_workloads()
    {
        foreach (string file in Sources.CSharpFiles("src").Where(file => !file.StartsWith("src/Weir.Cli/Demo/", StringComparison.Ordinal)))
            Assert.False(StartsProcess().IsMatch(Sources.Read(file)), $"{file} starts a process; speak to the kernel instead");
    }

    [Fact]
    public void The_demo_starts_nothing_but_weir_itself()
    {
        foreach (string file in Sources.CSharpFiles("src/Weir.Cli"))
            Assert.False(NetworkTool().IsMatch(Sources.Read(file)), $"{file} names a network tool as a program to start");
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"\bProcess\.Start\(|\bProcessStartInfo\b|\bnew Process\b")]
    private static partial Regex StartsProcess();

    [GeneratedRegex(@"(ProcessStartInfo|Process\.Start)\(\s*""(/\w+)*(ip|tc|nft|iptables|nsenter|bash|sh)""", RegexOptions.ExplicitCapture)]
    private static partial Regex NetworkTool();
}
