using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Tcp;

/// <summary>Lets the receive window grow with what the reader takes in a round trip, so that it never limits a peer that the reader could follow. A mutable struct, a field of the receiving half.</summary>
/// <remarks>
/// Dynamic right-sizing, as net/ipv4/tcp_input.c tcp_rcv_space_adjust has it: a sender may double its window each round, so there is room for twice what
/// could have been sent in the next. The round trip is the receiver's, with the time that segments waited for the reader in it: while a window limits
/// its peer, a whole one is read in such a round, and the next is larger. In the handshake's round trip, which knew no queue, it is a part of one. Where the reader is what limits, never
/// coming to the end of what is there, a larger window would only hold more.
/// </remarks>
internal struct ReceiveAutotune
{
    private ulong _readAtStart;
    private uint _echo;
    private bool _caughtUp;

    /// <summary>When the reader last took something, within a round trip.</summary>
    public long RoundStart { readonly get; private set; }

    /// <summary>The receiver's round trip; 0: none measured.</summary>
    public long Rtt { readonly get; private set; }

    /// <summary>The first segment that echoes a timestamp tells how long it took from then to it (tcp_rcv_rtt_measure_ts).</summary>
    public readonly bool IsNew(uint echo) => echo != _echo;

    /// <summary>A peer that had nothing to send makes a round trip seem too long: a shorter one counts at once.</summary>
    public void Sample(uint echo, long rtt)
    {
        _echo = echo;
        Rtt = Rtt == 0 || rtt < Rtt ? rtt : Rtt + ((rtt - Rtt) / 8);
    }

    /// <param name="srtt">The sender's round trip, while the receiver has none of its own.</param>
    public void Consumed(ByteStream stream, int most, long srtt, long now)
    {
        _caughtUp |= stream.BytesBuffered == 0;
        if (now - RoundStart < (Rtt > 0 ? Rtt : srtt))
            return;

        long read = (long)(stream.BytesPopped - _readAtStart);
        if (_caughtUp && read > stream.Capacity / 4 && stream.Capacity < most)
            stream.Capacity = (int)Math.Clamp(4 * read, stream.Capacity, most);
        (RoundStart, _readAtStart, _caughtUp) = (now, stream.BytesPopped, false);
    }
}
