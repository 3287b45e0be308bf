using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Course.Replay;

internal class ReassemblerSubject : ByteStreamSubject
{
    protected ReassemblerSubject(StepFields parameters, string className)
        : base(parameters, className) => Reassembler = new Reassembler(Stream);

    public ReassemblerSubject(StepFields parameters)
        : this(parameters, "Reassembler")
    {
    }

    protected Reassembler Reassembler { get; }

    public override string? Act(string op, StepFields step)
    {
        if (op != "insert")
        {
            return Read(op, step);
        }

        Reassembler.Insert(step.Number("index"), step.Data("data"), step.Flag("last"));
        return null;
    }

    public override string? Expect(string what, StepFields step) =>
        what == "bytes_pending" ? Number(what, step, (ulong)Reassembler.BytesPending) : base.Expect(what, step);
}
