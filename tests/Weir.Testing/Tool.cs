using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Weir.Testing;

/// <summary>What a program that ran to its end has said.</summary>
public sealed record ToolResult(string Command, int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>The output parsed as JSON (<c>ip -j</c>, <c>tc -j</c>, <c>weir --json</c>).</summary>
    public JsonElement Json
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Fails the test with all that was said when the program did not end with 0.</summary>
    public ToolResult Check()
    {
        if (!Succeeded)
            Assert.Fail(ToString());
        return this;
    }

    public override string ToString() => $"{Command}\nended with {ExitCode}\n{Output}{Error}";
}

/// <summary>The standard tools as oracles, and real programs as traffic. Only tests start them.</summary>
public static class Tool
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(60);

    // Under sudo and in services the sbin folders may be missing from PATH; the tools live there.
    private static readonly string[] Folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    /// <summary>The program's full path, or null when it is not installed.</summary>
    public static string? Find(string program) => program.Contains('/')
        ? File.Exists(program) ? program : null
        : Folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end; it must end with 0.</summary>
    public static ToolResult Run(string program, params IReadOnlyList<string> arguments) => Try(program, arguments).Check();

    /// <summary>Runs a program to its end, whatever it ends with; its result says.</summary>
    public static ToolResult Try(string program, params IReadOnlyList<string> arguments) => Try(DefaultDeadline, program, arguments);

    /// <summary>Runs a program, which is killed and fails the test when it has not ended by <paramref name="deadline"/>.</summary>
    public static ToolResult Try(TimeSpan deadline, string program, IReadOnlyList<string> arguments, string? input = null)
    {
        using RunningTool running = RunningTool.Start(program, arguments);
        if (input is not null)
            running.Write(input);
        running.CloseInput();
        if (!running.WaitForExit(deadline))
        {
            running.Kill();
            Assert.Fail($"{running.Command}\nstill ran after {deadline.TotalSeconds} s\n{running.Output}{running.Error}");
        }

        return running.Result;
    }

    /// <summary>Runs a program inside a named namespace; it must end with 0.</summary>
    public static ToolResult RunIn(string ns, string program, params IReadOnlyList<string> arguments) => TryIn(ns, program, arguments).Check();

    /// <summary>Runs a program inside a named namespace, whatever it ends with.</summary>
    public static ToolResult TryIn(string ns, string program, params IReadOnlyList<string> arguments) =>
        Try("ip", ["netns", "exec", ns, Find(program) ?? program, .. arguments]);
}
