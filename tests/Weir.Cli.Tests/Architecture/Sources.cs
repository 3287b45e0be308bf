using System.Xml.Linq;
using Weir.Testing;

namespace Weir.Cli.Tests.Architecture;

/// <summary>The checked-out files that these tests read.</summary>
internal static class Sources
{
    /// <summary>All projects, by name, with their path relative to the root.</summary>
    public static IReadOnlyDictionary<string, string> Projects { get; } = new[] { "src", "tests", "bench" }
        .SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
        .ToDictionary(path => Path.GetFileNameWithoutExtension(path), Relative);

    public static IEnumerable<string> ProductProjects => Projects.Where(project => project.Value.StartsWith("src/", StringComparison.Ordinal)).Select(project => project.Key);

    /// <summary>The C# files below a folder of the root, relative to the root.</summary>
    public static IEnumerable<string> CSharpFiles(string folder) =>
        Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories).Select(Relative);

    public static string Read(string relativePath) => File.ReadAllText(Path.Combine(Repository.Root, relativePath));

    public static XDocument ReadProject(string project) => XDocument.Parse(Read(Projects[project]));

    public static string Relative(string path) => Path.GetRelativePath(Repository.Root, path);
}
