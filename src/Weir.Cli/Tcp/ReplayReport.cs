using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.TcpIp.Course.Replay;

namespace Weir.Cli.Tcp;

/// <summary>What a replay came to, as <c>--json</c> prints it. Cases are counted; those that can't be understood are neither passed nor failed.</summary>
internal sealed class ReplayReport
{
    public int Passed { get; private set; }

    public int Failed { get; private set; }

    public List<ReplayFailure> Failures { get; } = [];

    public List<ReplayError> Errors { get; } = [];

    public void Add(string file, int line, StepResult result)
    {
        Failures.AddRange(result.Failures.Select(failure => new ReplayFailure(file, line, result.Suite, result.Test, failure.Number, failure.Step, failure.Seen)));
        if (result.Error is { } error)
            Errors.Add(new ReplayError(file, line, error));
        else if (result.HasPassed)
            Passed++;
        else
            Failed++;
    }

    public string ToJson() => JsonSerializer.Serialize(this, ReplayJson.Default.ReplayReport);
}

/// <param name="Number">The step's, from 1.</param>
internal sealed record ReplayFailure(string File, int Line, string Suite, string Test, int Number, string Step, string Seen);

internal sealed record ReplayError(string File, int Line, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ReplayReport))]
internal sealed partial class ReplayJson : JsonSerializerContext;
