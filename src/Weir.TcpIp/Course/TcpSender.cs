using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Course;

/// <summary>The sending half of a TCP connection: the stream becomes messages as the peer's window allows, and the oldest one is sent again when time is out.</summary>
/// <remarks>
/// One timer, RFC 6298 5 without measuring: it runs while something is outstanding, starts anew with an acknowledgment of new data, and
/// doubles its time when it fires while the window is open. Nothing is allocated per message when warm.
/// </remarks>
public sealed class TcpSender
{
    /// <summary>Bytes of payload in a message at most; SYN and FIN come on top.</summary>
    public const int MaxPayload = 1000;

    /// <summary>Whoever owns the sender gives up when more retransmissions than this follow each other.</summary>
    public const int MaxRetransmissions = 8;

    private readonly ByteStream input;
    private readonly SequenceNumber isn;
    private readonly TimeSpan initialRto;
    // The oldest message stays whole until all of it is acknowledged, so up to a payload more than the window.
    private readonly Queue<Segment> outstanding = new();
    private readonly ByteStream outstandingBytes = new(ushort.MaxValue + MaxPayload);
    private readonly byte[] payload = new byte[MaxPayload];

    // Positions: numbers without wrapping, 0 is the SYN.
    private ulong next;
    private ulong acknowledged;
    private ushort window = 1;
    private bool finSent;
    private TimeSpan rto;
    private TimeSpan untilTimeout;

    /// <param name="input">What to send.</param>
    /// <param name="isn">The SYN's number.</param>
    /// <param name="initialRto">Time until the first retransmission; more than zero.</param>
    public TcpSender(ByteStream input, SequenceNumber isn, TimeSpan initialRto)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(initialRto, TimeSpan.Zero);
        this.input = input;
        this.isn = isn;
        this.initialRto = initialRto;
        rto = initialRto;
    }

    public ByteStream Input => input;

    /// <summary>Of messages that are not wholly acknowledged yet, SYN and FIN included.</summary>
    public ulong SequenceNumbersInFlight { get; private set; }

    /// <summary>Retransmissions since the last new acknowledgment, those into a closed window left out.</summary>
    public int ConsecutiveRetransmissions { get; private set; }

    /// <summary>Sends all that the window has room for. A closed window counts as one number wide, so that its opening is noticed.</summary>
    public void Push(TransmitMessage transmit)
    {
        while (acknowledged + Math.Max(window, (ushort)1) is var edge && edge > next)
        {
            int room = (int)(edge - next);
            bool syn = next == 0;
            room -= syn ? 1 : 0;
            int length = Math.Min(Math.Min(room, MaxPayload), input.BytesBuffered);
            bool fin = !finSent && input.IsClosed && length == input.BytesBuffered && length < room;
            if (!syn && length == 0 && !fin)
            {
                return;
            }

            input.Read(payload.AsSpan(0, length));
            outstandingBytes.Push(payload.AsSpan(0, length));
            finSent |= fin;
            Send(new Segment(next, syn, length, fin), transmit);
        }
    }

    /// <summary>Takes what the peer's receiver says. An acknowledgment of what was never sent is ignored with its window.</summary>
    public void Receive(in TcpReceiverMessage message)
    {
        if (message.Rst)
        {
            input.SetError();
            return;
        }

        ulong position = message.Ackno?.Unwrap(isn, next) ?? acknowledged;
        if (position > next)
        {
            return;
        }

        window = message.WindowSize;
        if (position <= acknowledged)
        {
            return;
        }

        acknowledged = position;
        while (outstanding.TryPeek(out var oldest) && oldest.End <= position)
        {
            outstanding.Dequeue();
            outstandingBytes.Pop(oldest.Length);
            SequenceNumbersInFlight -= oldest.End - oldest.Start;
        }

        rto = initialRto;
        untilTimeout = rto;
        ConsecutiveRetransmissions = 0;
    }

    /// <summary>Time has passed: sends the oldest outstanding message again if its time is out.</summary>
    public void Tick(TimeSpan elapsed, TransmitMessage transmit)
    {
        if (!outstanding.TryPeek(out var oldest))
        {
            return;
        }

        if (elapsed < untilTimeout)
        {
            untilTimeout -= elapsed;
            return;
        }

        outstandingBytes.CopyTo(0, payload.AsSpan(0, oldest.Length));
        transmit(MessageOf(oldest));
        if (window > 0)
        {
            ConsecutiveRetransmissions++;
            rto = rto < TimeSpan.MaxValue / 2 ? rto * 2 : rto;
        }

        untilTimeout = rto;
    }

    /// <summary>A message that occupies no number: carries an acknowledgment or a reset.</summary>
    public TcpSenderMessage MakeEmptyMessage() => new() { Seqno = SequenceNumber.Wrap(next, isn), Rst = input.HasError };

    private void Send(in Segment segment, TransmitMessage transmit)
    {
        if (outstanding.Count == 0)
        {
            untilTimeout = rto;
        }

        outstanding.Enqueue(segment);
        SequenceNumbersInFlight += segment.End - segment.Start;
        next = segment.End;
        transmit(MessageOf(segment));
    }

    private TcpSenderMessage MessageOf(in Segment segment) => new()
    {
        Seqno = SequenceNumber.Wrap(segment.Start, isn),
        Syn = segment.Syn,
        Payload = payload.AsSpan(0, segment.Length),
        Fin = segment.Fin,
        Rst = input.HasError,
    };

    private readonly record struct Segment(ulong Start, bool Syn, int Length, bool Fin)
    {
        public ulong End => Start + (uint)Length + (Syn ? 1UL : 0) + (Fin ? 1UL : 0);
    }
}
