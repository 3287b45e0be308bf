using System.Text.RegularExpressions;
using Weir.Testing;

namespace Weir.Cli.Tests.Architecture;

public partial class DocumentTests
{
    public static TheoryData<string> Documents =>
    [
        .. Directory.GetFiles(Repository.Root, "*.md").Concat(Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)).Select(Sources.Relative).Order(),
    ];

    [Theory, MemberData(nameof(Documents))]
    public void Links_of_a_document_lead_somewhere(string document)
    {
        string folder = Path.GetDirectoryName(document) ?? "";
        foreach (Match link in Link().Matches(WithoutCode(Sources.Read(document))))
        {
            string target = link.Groups[1].Value;
            if (target.Contains("://"))
                continue;
            string[] parts = target.Split('#');
            string path = parts[0].Length == 0 ? document : Path.Combine(folder, parts[0]);
            string full = Path.Combine(Repository.Root, path);
            Assert.True(File.Exists(full) || Directory.Exists(full), $"{document} links to {target}");
            if (parts.Length == 2)
                Assert.Contains(parts[1], Anchors(File.ReadAllText(full)));
        }
    }

    [Theory, MemberData(nameof(Documents))]
    public void Files_that_a_document_names_exist(string document)
    {
        foreach (Match name in FileName().Matches(Sources.Read(document)))
        {
            string path = Path.Combine(Repository.Root, name.Groups["path"].Value);
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{document} names {name.Groups["path"].Value}");
        }
    }

    [Fact]
    public void Every_decision_is_listed_and_has_the_same_headings()
    {
        string architecture = Sources.Read("ARCHITECTURE.md");
        foreach (string path in Directory.GetFiles(Path.Combine(Repository.Root, "docs/decisions"), "*.md"))
        {
            string text = File.ReadAllText(path);
            Assert.All(new[] { "## Context", "## Decision", "## What it costs", "## What would change our mind" }, heading => Assert.Contains(heading, text));
            Assert.Contains(Sources.Relative(path), architecture);
        }
    }

    [Fact]
    public void The_changelog_has_a_place_for_what_is_not_released() => Assert.Contains("## Unreleased", Sources.Read("CHANGELOG.md"));

    [Fact]
    public void The_readme_begins_with_the_demo_and_then_the_tests()
    {
        string readme = Sources.Read("README.md");
        Assert.Equal("sudo ./weir demo", FirstCommand().Match(readme).Groups["command"].Value);
        Assert.Contains("sudo ./test", readme);
    }

    private static string WithoutCode(string markdown) => InlineCode().Replace(CodeBlock().Replace(markdown, ""), "");

    // As the forges make them: lower case, words joined by dashes, punctuation left out.
    private static IEnumerable<string> Anchors(string markdown) => Heading().Matches(markdown)
        .Select(heading => NotInAnchor().Replace(heading.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<path>(src|tests|docs|bench|tools)/[\w./-]+\.(cs|md|sh|txt|csproj|yaml))`", RegexOptions.ExplicitCapture)]
    private static partial Regex FileName();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"`[^`\n]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^(    |\$ )?(?<command>sudo \./\S+( \S+)?)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex FirstCommand();
}
