using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Course;

/// <summary>The receiving half of a TCP connection: numbers become stream indices, and what was assembled becomes acknowledgments.</summary>
public sealed class TcpReceiver(Reassembler reassembler)
{
    private SequenceNumber? zero;

    public Reassembler Reassembler => reassembler;

    private ByteStream Output => reassembler.Output;

    /// <summary>Takes a message from the peer's sender. Before the SYN nothing but a reset counts; a reset is believed whatever its number.</summary>
    public void Receive(in TcpSenderMessage message)
    {
        if (message.Rst)
        {
            Output.SetError();
            return;
        }

        if (message.Syn)
        {
            zero ??= message.Seqno;
        }

        if (zero is not { } first)
        {
            return;
        }

        // The SYN has position 0; the byte behind it has position 1 and stream index 0.
        ulong position = message.Seqno.Unwrap(first, Output.BytesPushed) + (message.Syn ? 1UL : 0);
        if (position > 0)
        {
            reassembler.Insert(position - 1, message.Payload, message.Fin);
        }
    }

    /// <summary>What to tell the peer's sender now.</summary>
    public TcpReceiverMessage Send() => new()
    {
        Ackno = zero is { } first ? SequenceNumber.Wrap(1 + Output.BytesPushed + (Output.IsClosed ? 1UL : 0), first) : null,
        WindowSize = (ushort)Math.Min(Output.AvailableCapacity, ushort.MaxValue),
        Rst = Output.HasError,
    };
}
