using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Course.Replay;

internal sealed class TcpSenderSubject : StepSubject
{
    private readonly ByteStream input;
    private readonly TcpSender sender;
    private readonly Queue<SentMessage> sent = new();
    private readonly TransmitMessage transmit;

    public TcpSenderSubject(StepFields parameters)
        : base("TCPSender")
    {
        input = new ByteStream(parameters.NumberTo("send_capacity", ByteStreamSubject.MaxCapacity));
        var rto = parameters.Milliseconds("rto_ms");
        if (rto <= TimeSpan.Zero)
        {
            throw new StepFileException("\"rto_ms\" is not more than 0");
        }

        sender = new TcpSender(input, new(parameters.Number32("isn")), rto);
        transmit = (in message) => sent.Enqueue(new SentMessage(message.Seqno.Value, message.Syn, message.Payload.ToArray(), message.Fin, message.Rst));
    }

    public override string? Act(string op, StepFields step)
    {
        switch (op)
        {
            case "push":
                Push(step);
                return null;
            case "receive":
                Receive(step);
                return null;
            case "tick":
                sender.Tick(step.Milliseconds("ms"), transmit);
                return step.Has("then_max_retx_exceeded")
                    ? Compare("max_retx_exceeded", step.Flag("then_max_retx_exceeded"), sender.ConsecutiveRetransmissions > TcpSender.MaxRetransmissions)
                    : null;
            case "set_error":
                input.SetError();
                return null;
            default:
                throw UnknownOp(op);
        }
    }

    public override string? Expect(string what, StepFields step) => what switch
    {
        "message" => Message(step),
        "no_message" => sent.TryPeek(out var message) ? $"sent {message}" : null,
        "next_seqno" => Number(what, step, sender.MakeEmptyMessage().Seqno.Value),
        "rst" => Flag(what, step, sender.MakeEmptyMessage().Rst),
        "sequence_numbers_in_flight" => Number(what, step, sender.SequenceNumbersInFlight),
        "consecutive_retransmissions" => Number(what, step, (ulong)sender.ConsecutiveRetransmissions),
        "has_error" => Flag(what, step, input.HasError),
        _ => throw UnknownExpectation(what),
    };

    private void Push(StepFields step)
    {
        input.Push(step.Data("data"));
        if (step.Flag("close"))
        {
            input.Close();
        }

        sender.Push(transmit);
    }

    private void Receive(StepFields step)
    {
        sender.Receive(new TcpReceiverMessage
        {
            Ackno = step.Has("ackno") ? new SequenceNumber(step.Number32("ackno")) : null,
            WindowSize = (ushort)step.NumberTo("window", ushort.MaxValue),
            Rst = step.Flag("rst"),
        });
        if (step.Flag("then_push", otherwise: true))
        {
            sender.Push(transmit);
        }
    }

    private string? Message(StepFields step)
    {
        if (!sent.TryDequeue(out var message))
        {
            return "no message was sent";
        }

        bool holds = message.Data.Length <= TcpSender.MaxPayload
            && (!step.Has("seqno") || step.Number32("seqno") == message.Seqno)
            && (!step.Has("syn") || step.Flag("syn") == message.Syn)
            && (!step.Has("fin") || step.Flag("fin") == message.Fin)
            && (!step.Has("rst") || step.Flag("rst") == message.Rst)
            && (!step.Has("payload_size") || step.Number("payload_size") == (ulong)message.Data.Length)
            && (!step.Has("data") || step.Data("data").AsSpan().SequenceEqual(message.Data));
        return holds ? null : $"sent {message}";
    }

    private sealed record SentMessage(uint Seqno, bool Syn, byte[] Data, bool Fin, bool Rst)
    {
        public override string ToString() =>
            $"seqno {Seqno}{(Syn ? " syn" : "")}{(Fin ? " fin" : "")}{(Rst ? " rst" : "")}, {Data.Length} bytes {Show(Data)}";
    }
}
