using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Course;

/// <summary>What a <see cref="TcpSender"/> says to the other end's receiver: a piece of the sequence.</summary>
/// <remarks>SYN, payload and FIN occupy the sequence in this order. The payload is valid until the call that it came with returns.</remarks>
public readonly ref struct TcpSenderMessage
{
    /// <summary>Number of the first thing that the message carries.</summary>
    public SequenceNumber Seqno { get; init; }

    public bool Syn { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    public bool Fin { get; init; }

    /// <summary>The stream broke off.</summary>
    public bool Rst { get; init; }

    /// <summary>Sequence numbers that the message occupies.</summary>
    public int SequenceLength => (Syn ? 1 : 0) + Payload.Length + (Fin ? 1 : 0);
}

/// <summary>What a <see cref="TcpReceiver"/> says to the other end's sender.</summary>
public readonly record struct TcpReceiverMessage
{
    /// <summary>The next number that is wanted; null before the SYN.</summary>
    public SequenceNumber? Ackno { get; init; }

    /// <summary>Sequence numbers from the ackno on that there is room for; the course has no window scale.</summary>
    public ushort WindowSize { get; init; }

    /// <summary>The stream broke off.</summary>
    public bool Rst { get; init; }
}

/// <summary>Where a sender's messages go.</summary>
public delegate void TransmitMessage(in TcpSenderMessage message);
