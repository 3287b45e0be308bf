using System.Text.Json;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Demo;

/// <summary>The built program: $WEIR_PROGRAM, else what was built with these tests, else what ./weir has built.</summary>
internal static class DemoProgram
{
    /// <summary>The environment variable that breaks a round on purpose.</summary>
    public const string Break = "WEIR_DEMO_BREAK";

    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;

    public static string Path { get; } = Candidates().FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException($"no weir program: build src/Weir.Cli, or name one by $WEIR_PROGRAM ({string.Join(", ", Candidates())})");

    /// <summary>Runs the demo to its end.</summary>
    public static ToolResult Run(IReadOnlyList<string> arguments, string broken = "")
    {
        using var running = Start(arguments, broken);
        if (!running.WaitForExit(TimeSpan.FromSeconds(90)))
        {
            running.Signal("TERM");
            running.WaitForExit(TimeSpan.FromSeconds(10));
            Assert.Fail($"still ran after 90 s\n{running.Output}{running.Error}");
        }

        return running.Result;
    }

    public static RunningTool Start(IReadOnlyList<string> arguments, string broken = "") =>
        RunningTool.Start(Path, ["demo", .. arguments], new Dictionary<string, string?> { [Break] = broken });

    /// <summary>What a demo of this process number has left on the host: namespaces, processes, state.</summary>
    public static IReadOnlyList<string> LeftBy(int pid)
    {
        List<string> left = [.. Tool.Run("ip", "netns", "list").Output.Split('\n').Where(line => line.StartsWith($"weir-demo-{pid}-", StringComparison.Ordinal))];
        left.AddRange(Workloads(pid).Select(child => $"process {child}"));
        if (Directory.Exists($"/run/weir-demo/{pid}"))
            left.Add($"/run/weir-demo/{pid}");
        return left;
    }

    /// <summary>Processes that run in the namespaces of a demo, by their command line.</summary>
    public static IReadOnlyList<int> Workloads(int pid)
    {
        List<int> found = [];
        foreach (var ns in Directory.Exists("/run/netns") ? Directory.GetFiles("/run/netns", $"weir-demo-{pid}-*") : [])
            found.AddRange(Tool.Try("ip", "netns", "pids", System.IO.Path.GetFileName(ns)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse));
        return found;
    }

    /// <summary>Fails with all that was said unless the output is exactly one JSON object.</summary>
    public static JsonElement Json(ToolResult result)
    {
        try
        {
            return result.Json;
        }
        catch (JsonException e)
        {
            Assert.Fail($"not one JSON object: {e.Message}\n{result}");
            throw;
        }
    }

    private static IEnumerable<string> Candidates() =>
        from path in (string?[])
        [
            Environment.GetEnvironmentVariable("WEIR_PROGRAM"),
            System.IO.Path.Combine(Repository.Root, "artifacts", "bin", "Weir.Cli", $"{Configuration}_linux-x64", "weir"),
            System.IO.Path.Combine(Repository.Root, "artifacts", "publish", "weir", "weir"),
            System.IO.Path.Combine(Repository.Root, "artifacts", "weir", "current", "weir"),
        ]
        where !string.IsNullOrEmpty(path)
        select path;
}
