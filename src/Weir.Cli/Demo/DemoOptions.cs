using Weir.Capture;

namespace Weir.Cli.Demo;

/// <summary>What <c>weir demo</c> was asked for.</summary>
internal sealed record DemoOptions
{
    public CaptureMode Mode { get; init; } = CaptureMode.Inline;

    /// <summary>End after the rounds; otherwise it goes on live until Ctrl-C.</summary>
    public bool Once { get; init; }

    /// <summary>One JSON object on standard output, progress on standard error.</summary>
    public bool Json { get; init; }

    /// <summary>For the web console, which does not exist yet.</summary>
    public int? Port { get; init; }

    /// <summary>Null: a directory of its own that is removed at the end.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>Null: beside the state.</summary>
    public string? SocketPath { get; init; }

    /// <summary>A round to break on purpose, for tests: see <see cref="DemoBreak"/>.</summary>
    public string Break { get; init; } = "";
}

/// <summary>Ways to break the demo on purpose, chosen by the environment variable <see cref="Variable"/>. Each must make its result false.</summary>
internal static class DemoBreak
{
    public const string Variable = "WEIR_DEMO_BREAK";

    /// <summary>db is killed before anything is captured.</summary>
    public const string Before = "before";

    /// <summary>db is killed while traffic is learned.</summary>
    public const string Discover = "discover";

    /// <summary>What was learned is thrown away before protect, so legitimate traffic is denied.</summary>
    public const string Protect = "protect";

    /// <summary>The mode stays at discover, so that the attacks get through.</summary>
    public const string Attack = "attack";

    /// <summary>A link is left in a workload before the comparison.</summary>
    public const string Release = "release";

    /// <summary>The receiver of the bulk transfers is killed before they are measured.</summary>
    public const string Throughput = "throughput";

    public static IReadOnlyList<string> All { get; } = [Before, Discover, Protect, Attack, Throughput, Release];
}
