using System.Xml.Linq;
using Weir.Testing;

namespace Weir.Cli.Tests.Architecture;

/// <summary>The table in ARCHITECTURE.md is the layering; the project files must say the same.</summary>
public class ReferenceTests
{
    private sealed record Row(int Level, string Project, IReadOnlySet<string> References);

    private static readonly IReadOnlyList<Row> Table = ReadTable();

    public static TheoryData<string> Projects => [.. Sources.ProductProjects];

    [Theory, MemberData(nameof(Projects))]
    public void A_project_references_exactly_what_the_table_in_ARCHITECTURE_says(string project)
    {
        Row? row = Table.SingleOrDefault(row => row.Project == project);
        Assert.True(row is not null, $"{project} has no row in ARCHITECTURE.md");
        Assert.Equal(row.References.Order(), References(project).Order());
    }

    [Fact]
    public void Every_row_of_the_table_has_a_project() =>
        Assert.Equal(Sources.ProductProjects.Order(), Table.Select(row => row.Project).Order());

    [Fact]
    public void References_point_only_to_lower_levels()
    {
        Dictionary<string, int> level = Table.ToDictionary(row => row.Project, row => row.Level);
        Assert.All(Table, row => Assert.All(row.References, reference => Assert.True(level[reference] < row.Level, $"{row.Project} references {reference}, which is not below it")));
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_every_project_of_the_solution_exists()
    {
        IEnumerable<string> listed = XDocument.Parse(Sources.Read("Weir.slnx")).Descendants("Project").Select(project => project.Attribute("Path")!.Value);
        Assert.Equal(Sources.Projects.Values.Order(), listed.Order());
    }

    [Fact]
    public void Only_Weir_Linux_may_use_pointers() =>
        Assert.Equal(
            ["Weir.Linux"],
            Sources.ProductProjects.Where(project => Sources.ReadProject(project).Descendants("AllowUnsafeBlocks").Any(element => element.Value == "true")));

    [Fact]
    public void Package_versions_are_central_and_locked()
    {
        Assert.All(Sources.Projects, project => Assert.DoesNotContain(
            Sources.ReadProject(project.Key).Descendants("PackageReference"), package => package.Attribute("Version") is not null));
        Assert.All(Sources.Projects, project => Assert.True(
            File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(project.Value)!, "packages.lock.json")), $"{project.Key} has no lock file"));
    }

    private static IEnumerable<string> References(string project) => Sources.ReadProject(project)
        .Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

    private static List<Row> ReadTable()
    {
        // | level | project | one line | references |
        List<string[]> cells =
        [
            .. Sources.Read("ARCHITECTURE.md").Split('\n')
                .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
                .Where(cells => cells.Length == 6 && int.TryParse(cells[1], out _) && cells[2].StartsWith("Weir.", StringComparison.Ordinal)),
        ];
        Dictionary<string, int> level = cells.ToDictionary(row => row[2], row => int.Parse(row[1]));
        return [.. cells.Select(row => new Row(level[row[2]], row[2], Expand(row[4], level[row[2]])))];

        HashSet<string> Expand(string references, int own) => references switch
        {
            "-" => [],
            "all below" => [.. level.Where(other => other.Value < own).Select(other => other.Key)],
            _ => [.. references.Split(',', StringSplitOptions.TrimEntries).Select(name => $"Weir.{name}")],
        };
    }
}
