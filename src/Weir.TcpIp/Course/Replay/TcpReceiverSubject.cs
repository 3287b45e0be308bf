using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Course.Replay;

internal sealed class TcpReceiverSubject : ReassemblerSubject
{
    private readonly TcpReceiver receiver;

    public TcpReceiverSubject(StepFields parameters)
        : base(parameters, "TCPReceiver") => receiver = new TcpReceiver(Reassembler);

    public override string? Act(string op, StepFields step)
    {
        if (op != "segment")
        {
            return base.Act(op, step);
        }

        receiver.Receive(new TcpSenderMessage
        {
            Seqno = new(step.Number32("seqno")),
            Syn = step.Flag("syn"),
            Payload = step.Data("data"),
            Fin = step.Flag("fin"),
            Rst = step.Flag("rst"),
        });
        return step.Has("then_has_ackno") ? Compare("has_ackno", step.Flag("then_has_ackno"), receiver.Send().Ackno is not null) : null;
    }

    public override string? Expect(string what, StepFields step)
    {
        var message = receiver.Send();
        return what switch
        {
            "window_size" => Number(what, step, message.WindowSize),
            "ackno" => Ackno(step, message.Ackno),
            "has_ackno" => Flag(what, step, message.Ackno is not null),
            "rst" => Flag(what, step, message.Rst),
            "ackno_between" => AcknoBetween(step, message.Ackno),
            _ => base.Expect(what, step),
        };
    }

    private static string? Ackno(StepFields step, SequenceNumber? seen)
    {
        if (!step.Names("value"))
        {
            throw new StepFileException("\"value\" is missing");
        }

        uint? expected = step.Has("value") ? step.Number32("value") : null;
        return seen?.Value == expected ? null : $"ackno is {seen?.ToString() ?? "null"}, not {expected?.ToString() ?? "null"}";
    }

    private static string? AcknoBetween(StepFields step, SequenceNumber? seen)
    {
        SequenceNumber isn = new(step.Number32("isn"));
        ulong checkpoint = step.Number("checkpoint");
        ulong minimum = step.Number("min");
        ulong maximum = step.Number("max");
        if (seen is not { } ackno)
        {
            return "ackno is null";
        }

        ulong position = ackno.Unwrap(isn, checkpoint);
        return position >= minimum && position <= maximum ? null : $"ackno is {ackno}, position {position}";
    }
}
