using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Tcp;

/// <summary>Lets the receive window grow with what the reader takes in a round trip, so that it never limits a peer that the reader could follow. A mutable struct, a field of the receiving half.</summary>
/// <remarks>Dynamic right-sizing, as net/ipv4/tcp_input.c tcp_rcv_space_adjust has it: a sender may double its window each round, so there is room for twice what could have been sent in the next.</remarks>
internal struct ReceiveAutotune
{
    private ulong _readAtStart;

    /// <summary>When the reader last took something, within a round trip.</summary>
    public long RoundStart { readonly get; private set; }

    public void Consumed(ByteStream stream, int most, long srtt, long now)
    {
        if (now - RoundStart < srtt)
            return;

        long read = (long)(stream.BytesPopped - _readAtStart);
        if (read > stream.Capacity / 4 && stream.Capacity < most)
            stream.Capacity = (int)Math.Clamp(4 * read, stream.Capacity, most);
        (RoundStart, _readAtStart) = (now, stream.BytesPopped);
    }
}
