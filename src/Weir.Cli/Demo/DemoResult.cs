using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Cli.Demo;

/// <summary>What <c>weir demo --json</c> prints: all of it observed, nothing assumed.</summary>
internal sealed record DemoResult
{
    /// <summary>All checks hold.</summary>
    public required bool Ok { get; init; }
    public required string Mode { get; init; }
    public required IReadOnlyList<string> Workloads { get; init; }
    public required IReadOnlyList<FlowResult> Flows { get; init; }
    public required IReadOnlyList<LearnedResult> Learned { get; init; }
    public required IReadOnlyList<AllowedResult> Allowed { get; init; }
    public required IReadOnlyList<BlockedResult> Blocked { get; init; }
    /// <summary>All namespaces concerned were found as before.</summary>
    public required bool Restored { get; init; }
    public required ThroughputResult Throughput { get; init; }
    /// <summary>What <see cref="Ok"/> is made of.</summary>
    public required IReadOnlyList<Check> Checks { get; init; }
    /// <summary>What differs after the release, as - and + lines.</summary>
    public required IReadOnlyList<string> Differences { get; init; }
    /// <summary>Why the rounds ended early; null when they did not.</summary>
    public string? Error { get; init; }
}

/// <summary>Who talks to whom.</summary>
/// <param name="Protocol">The application protocol, when it is known, else the transport.</param>
internal sealed record FlowResult(string From, string To, int Port, string Protocol, string Transport, ulong Bytes, long Sessions, string Verdict);

internal sealed record LearnedResult(int Rule, string From, string To, IReadOnlyList<string> Ports, IReadOnlyList<string> Protocols);

/// <summary>What went on passing in protect.</summary>
/// <param name="Requests">As the server counted them; transfers for a bulk transfer.</param>
internal sealed record AllowedResult(string From, string To, int Port, string Protocol, string Rule, long Requests, long Failed);

/// <summary>What was stopped in protect, or, by a tap, reported.</summary>
/// <param name="Stopped">Neither got the client an answer nor did the server see it.</param>
internal sealed record BlockedResult(string From, string To, int Port, string Protocol, string Reason, string Rule, bool Stopped, int Attempts);

/// <summary>Gbit/s, medians.</summary>
internal sealed record ThroughputResult(double Before, double Discover, double Protect);

/// <summary>One sentence that must hold, and what was seen.</summary>
internal sealed record Check(DemoRound Round, string What, bool Ok, string Observed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(DemoResult))]
internal sealed partial class DemoJson : JsonSerializerContext
{
    /// <summary>Arrows and apostrophes as they are: the object is read by people too, and never put into HTML.</summary>
    public static DemoJson Readable => new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
