using System.Globalization;
using Weir.Testing;

namespace Weir.Bench;

/// <summary>A program from its start to its end, timed by a shell that is inside the namespace already.</summary>
internal static class WholeProcess
{
    /// <summary>The published program; <c>./dev bench</c> builds it. Null when it is not there.</summary>
    internal static string? Weir { get; } = Path.GetFullPath("artifacts/weir/current/weir") is var path && File.Exists(path) ? path : null;

    /// <param name="command">A command line of bash, without redirections.</param>
    internal static Sample Run(TestNamespace ns, string command)
    {
        // As the launcher has it.
        const string environment = "export DOTNET_TC_BackgroundWorkerTimeoutMs=7fffffff; ";
        string[] times = ns.Run("bash", "-c", $"{environment}s=$EPOCHREALTIME; {command} >/dev/null || exit 1; e=$EPOCHREALTIME; echo $s $e").Output.Split(' ');
        return new Sample((double.Parse(times[1], CultureInfo.InvariantCulture) - double.Parse(times[0], CultureInfo.InvariantCulture)) * 1000);
    }
}
