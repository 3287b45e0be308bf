using Weir.Cli.Demo.Workloads;
using Weir.Linux;

namespace Weir.Cli.Demo;

/// <summary>The hidden sub-commands by which the demo starts its workloads from the same program. Asked first thing in Main.</summary>
public static class DemoEntry
{
    private const string Enter = "__enter";
    private const string Workload = "__workload";

    /// <summary>True when the arguments were one of the hidden commands, which has then run to its end.</summary>
    public static bool TryRun(string[] arguments, out int exitCode)
    {
        switch (arguments)
        {
            case [Enter, var path, "--", var program, ..]:
                exitCode = BecomeInNamespace(path, program, arguments[4..]);
                return true;
            case [Workload, var role]:
                exitCode = WorkloadProgram.RunAsync(role, Console.In, Console.Out, TimeProvider.System).GetAwaiter().GetResult();
                return true;
            default:
                exitCode = 0;
                return false;
        }
    }

    /// <summary>The command line that runs a role inside a namespace.</summary>
    internal static IReadOnlyList<string> CommandLine(string namespacePath, string role)
    {
        // Started as `dotnet weir.dll`, the program is the host and its first argument is ours.
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("this program's own path is not known");
        var isHost = Path.GetFileName(program) == "dotnet";
        string[] self = isHost ? [program, Path.Combine(AppContext.BaseDirectory, "weir.dll")] : [program];
        return [.. self, Enter, namespacePath, "--", .. self, Workload, role];
    }

    private static int BecomeInNamespace(string path, string program, IReadOnlyList<string> arguments)
    {
        try
        {
            ProcessEntry.DieWithParent();
            ProcessEntry.LeaveTerminal();
            using var ns = NetworkNamespace.OpenPath(path);
            ns.EnterAndExec(program, arguments);
            return 0;
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"weir {Enter}: {e.Message}");
            return 3;
        }
    }
}
