using Weir.TcpIp.Course.Replay;

namespace Weir.Fuzz.Targets;

/// <summary>A line of a step file: a case that was run, or an error with words.</summary>
public static class StepsTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        var result = StepCase.Run(input);
        Require.That(result.Error != "", "an error has words");
        Require.That(result.HasPassed == (result.Error is null && result.Failures.Count == 0), "a case has passed or it says why not");
        foreach (var failure in result.Failures)
        {
            Require.That(failure.Number > 0 && failure.Seen.Length > 0, "a failure says where and what was seen");
        }
    }
}
