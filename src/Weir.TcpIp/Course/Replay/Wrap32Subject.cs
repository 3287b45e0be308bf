using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Course.Replay;

/// <summary>Expectations of sequence numbers; there is no object to act on.</summary>
internal sealed class Wrap32Subject() : StepSubject("Wrap32")
{
    /// <summary>Positions that one sweep may go through.</summary>
    private const ulong MaxSweep = 1 << 24;

    public override string? Act(string op, StepFields step) => throw UnknownOp(op);

    public override string? Expect(string what, StepFields step) => what switch
    {
        "equal" => Flag(what, step, Sequence(step, "a") == Sequence(step, "b")),
        "wrap" => Compare(what, step.Number32("value"), SequenceNumber.Wrap(step.Number("n"), Sequence(step, "zero")).Value),
        "unwrap" => Number(what, step, Sequence(step, "raw").Unwrap(Sequence(step, "zero"), step.Number("checkpoint"))),
        "roundtrip" => RoundTrip(step.Number("value"), Sequence(step, "zero"), step.Number("checkpoint")),
        "roundtrip_checkpoints" => SweepCheckpoints(step),
        "roundtrip_values" => SweepValues(step),
        _ => throw UnknownExpectation(what),
    };

    private static string? SweepCheckpoints(StepFields step)
    {
        ulong value = step.Number("value");
        var zero = Sequence(step, "zero");
        return Sweep(step, checkpoint => RoundTrip(value, zero, checkpoint));
    }

    private static string? SweepValues(StepFields step)
    {
        ulong checkpoint = step.Number("checkpoint");
        var zero = Sequence(step, "zero");
        return Sweep(step, value => RoundTrip(value, zero, checkpoint));
    }

    // Both ends belong to the sweep.
    private static string? Sweep(StepFields step, Func<ulong, string?> check)
    {
        ulong from = step.Number("from");
        ulong to = step.Number("to");
        if (to >= from && to - from > MaxSweep)
        {
            throw new StepFileException($"from {from} to {to} are more than {MaxSweep} steps");
        }

        string? seen = null;
        for (ulong i = from; i <= to && seen is null && i >= from; i++)
        {
            seen = check(i);
        }

        return seen;
    }

    private static string? RoundTrip(ulong value, SequenceNumber zero, ulong checkpoint)
    {
        var wrapped = SequenceNumber.Wrap(value, zero);
        ulong seen = wrapped.Unwrap(zero, checkpoint);
        return seen == value ? null : $"{value} wraps to {wrapped}, which unwraps to {seen} by checkpoint {checkpoint}";
    }

    private static SequenceNumber Sequence(StepFields step, string name) => new(step.Number32(name));
}
