using System.Globalization;
using Weir.Agent;
using Weir.Capture;
using Weir.Linux;

namespace Weir.Cli.Demo;

/// <summary>Where a demo keeps its state, and by which a later one knows that it is dead: <c>/run/weir-demo/PID/owner</c> holds the start time of the process.</summary>
internal sealed class DemoHome
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _directory;

    private DemoHome(string directory, string stateDirectory, string socketPath, bool isOwnState)
    {
        _directory = directory;
        StateDirectory = stateDirectory;
        SocketPath = socketPath;
        IsOwnState = isOwnState;
    }

    /// <summary>The folder of all demos of this host.</summary>
    public static string Root => "/run/weir-demo";

    public string StateDirectory { get; }

    public string SocketPath { get; }

    /// <summary>True: the state is this demo's alone, and goes with it.</summary>
    public bool IsOwnState { get; }

    /// <summary>The namespace of the demo's Weir.</summary>
    public string WeirNamespace => AgentNames.NamespaceFor(StateDirectory);

    /// <summary>Makes the home, and says in it whose it is before anything else is made.</summary>
    public static DemoHome Create(DemoOptions options, int pid)
    {
        var directory = Path.Combine(Root, $"{pid}");
        Directory.CreateDirectory(Root, OwnerOnly);
        Directory.CreateDirectory(directory, OwnerOnly);
        var state = Path.GetFullPath(options.StateDirectory ?? Path.Combine(directory, "state"));
        var home = new DemoHome(directory, state, Path.GetFullPath(options.SocketPath ?? Path.Combine(directory, "weir.sock")), options.StateDirectory is null);
        var owner = Path.Combine(directory, "owner");
        File.WriteAllLines(owner + ".new", [$"{ProcessStartTime(pid)}", state, home.IsOwnState ? "own" : "given"]);
        File.Move(owner + ".new", owner, overwrite: true);
        return home;
    }

    public void Delete()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
        if (Directory.Exists(Root) && !Directory.EnumerateFileSystemEntries(Root).Any())
            Directory.Delete(Root);
    }

    /// <summary>Removes what demos left behind that were killed; a sentence for each of them.</summary>
    public static IReadOnlyList<string> RemoveLeftovers()
    {
        var pids = NetworkNamespace.ListNamed().Select(PidOfNamespace).Concat(PidsOfHomes()).OfType<int>().Distinct().Order().ToList();
        return [.. pids.Where(pid => !IsAlive(pid)).Select(RemoveDead)];
    }

    /// <summary>The pid in <c>weir-demo-PID-web</c>; null for names that no demo gives.</summary>
    internal static int? PidOfNamespace(string name)
    {
        const string prefix = "weir-demo-";
        if (!name.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        var end = name.IndexOf('-', prefix.Length);
        return end > 0 && int.TryParse(name.AsSpan(prefix.Length, end - prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
    }

    /// <summary>Field 22 of <c>/proc/PID/stat</c>: clock ticks since boot; null when there is no such process.</summary>
    internal static ulong? ProcessStartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The second field is the command in parentheses and may hold anything; field 3 follows the last of them.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return ulong.Parse(fields[22 - 3]);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static IEnumerable<int?> PidsOfHomes() =>
        Directory.Exists(Root)
            ? Directory.EnumerateDirectories(Root).Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : (int?)null)
            : [];

    /// <summary>A process of another start time has only got the same number.</summary>
    private static bool IsAlive(int pid)
    {
        var running = ProcessStartTime(pid);
        return running is not null && (Owner(pid) is not { } owner || owner.StartTime == running);
    }

    private static (ulong? StartTime, string State, bool IsOwn)? Owner(int pid)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(Root, $"{pid}", "owner")) is [var start, var state, var kind]
                ? (ulong.TryParse(start, out var time) ? time : null, state, kind == "own")
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string RemoveDead(int pid)
    {
        var owner = Owner(pid);
        var network = new DemoNetwork(pid);
        if (owner is { } dead)
            ReleaseCaptures(dead.State, dead.IsOwn, network);
        network.Delete();
        new DemoHome(Path.Combine(Root, $"{pid}"), owner?.State ?? "", "", owner?.IsOwn ?? true).Delete();
        return $"removed what a demo that was killed had left (process {pid})";
    }

    /// <summary>A state of its own goes as a whole; one that was given may hold captures of others, which stay.</summary>
    private static void ReleaseCaptures(string state, bool isOwn, DemoNetwork network)
    {
        var weir = AgentNames.NamespaceFor(state);
        if (isOwn)
        {
            if (NetworkNamespace.NamedExists(weir))
                NetworkNamespace.DeleteNamed(weir);
            return;
        }

        if (!Directory.Exists(state))
            return;
        try
        {
            var captures = new Captures(new CaptureSettings(state, weir));
            captures.Recover();
            foreach (var captured in captures.List().Where(c => network.Workloads.Any(w => w.NamespacePath == c.Target.NamespacePath)))
                captures.Release(captured.Target.Workload);
        }
        catch (Exception e) when (e is CaptureException or LinuxException or IOException)
        {
            // Its namespaces are deleted next, and the journals of workloads that are gone are dropped by whoever uses this state again.
        }
    }
}
