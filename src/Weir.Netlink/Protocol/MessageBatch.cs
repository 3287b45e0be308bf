using Weir.Linux;

namespace Weir.Netlink.Protocol;

/// <summary>Messages that the kernel sends by itself, taken as many at once as are there, into one buffer; nothing is allocated once it is warm.</summary>
/// <param name="transport">Where they come from.</param>
/// <param name="type">What is kept; acks and errors are counted, the rest is passed over.</param>
/// <param name="room">Bytes of the buffer.</param>
/// <param name="largest">Bytes of the longest datagram.</param>
/// <param name="most">Datagrams that one <see cref="Receive"/> takes at most.</param>
internal sealed class MessageBatch(INetlinkTransport transport, NetlinkMessageType type, int room, int largest, int most)
{
    private readonly byte[] _buffer = new byte[room];
    private (int Start, int Length)[] _messages = new (int, int)[most];
    private int _used;
    private bool _kept;
    private uint _sequence;

    internal int Count { get; private set; }

    /// <summary>How often the kernel said that it lost messages, because the socket's buffer was full.</summary>
    internal ulong Losses { get; private set; }

    /// <summary>Requests without an ack that the kernel refused.</summary>
    internal ulong Refusals { get; private set; }

    /// <summary>The errno of the last refusal; 0 before the first.</summary>
    internal int LastRefusal { get; private set; }

    internal NetlinkMessage this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            var (start, length) = _messages[index];
            return NetlinkMessage.Of(_buffer.AsSpan(start, length));
        }
    }

    /// <summary>Forgets the messages of the last call and waits for the next.</summary>
    /// <returns>Their number; 0 when the time is over, or when only errors came.</returns>
    internal int Receive(TimeSpan? timeout)
    {
        if (_kept && Count > 0)
        {
            _kept = false;
            return Count;
        }

        Clear();
        var wait = true;
        for (var datagrams = 0; datagrams < most && _buffer.Length - _used >= largest; datagrams++)
        {
            var length = ReceiveOne(wait, timeout);
            if (length <= 0)
                break;
            Take(length, waitedFor: 0, out _);
            wait = false;
        }

        return Count;
    }

    /// <summary>Sends a request and waits for its ack; the messages that come before it are kept for the next <see cref="Receive"/>.</summary>
    internal void Change(string operation, in NetlinkWriter writer, NetlinkMessageType request)
    {
        if (!_kept)
            Clear();
        _kept = true;
        var sequence = ++_sequence;
        writer.Finish(request, (ushort)(NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_ACK), sequence);
        transport.Send(writer.Written);
        while (_buffer.Length - _used >= largest)
        {
            var length = transport.Receive(_buffer.AsSpan(_used));
            if (length <= 0)
                break;
            var start = _used;
            Take(length, sequence, out var answer);
            if (answer < 0)
                continue;
            ReadOnlySpan<byte> bytes = _buffer.AsSpan(answer, start + length - answer);
            if (NetlinkMessage.TryTake(ref bytes, out var message))
                ExtendedAck.ThrowIfRefused(operation, message, writer.Written);
            return;
        }

        throw new NetlinkException(operation, (int)Errno.ETIMEDOUT, "the kernel did not answer", request: writer.Written.ToArray());
    }

    private void Clear()
    {
        Count = 0;
        _used = 0;
        _kept = false;
    }

    private int ReceiveOne(bool wait, TimeSpan? timeout)
    {
        try
        {
            if (transport is not NetlinkSocket socket)
                return transport.Receive(_buffer.AsSpan(_used));
            return wait ? socket.TryReceive(_buffer.AsSpan(_used), timeout) : socket.TryReceiveNow(_buffer.AsSpan(_used));
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOBUFS)
        {
            Losses++;
            return 0;
        }
    }

    /// <param name="length">Of the datagram that has come.</param>
    /// <param name="waitedFor">The sequence number of the request whose answer is waited for; 0 for none.</param>
    /// <param name="answer">Where in the buffer that answer begins; -1 when it is not in this datagram.</param>
    private void Take(int length, uint waitedFor, out int answer)
    {
        answer = -1;
        ReadOnlySpan<byte> datagram = _buffer.AsSpan(_used, Math.Min(length, _buffer.Length - _used));
        var end = _used + datagram.Length;
        while (NetlinkMessage.TryTake(ref datagram, out var message))
        {
            var start = end - datagram.Length - Math.Min(NetlinkWriter.Align(message.Whole.Length), end - _used);
            start = Math.Max(start, _used);
            if (message.Type == type)
                Add(start, message.Whole.Length);
            else if (message.Type == NetlinkMessageType.NLMSG_ERROR)
                Refused(message, waitedFor, start, ref answer);
            _used = end - datagram.Length;
        }

        _used = Math.Min(NetlinkWriter.Align(end), _buffer.Length);
    }

    private void Refused(NetlinkMessage message, uint waitedFor, int start, ref int answer)
    {
        if (waitedFor != 0 && message.Sequence == waitedFor)
        {
            answer = start;
            return;
        }

        var error = NetlinkMessage.ReadPadded<int>(message.Payload, 0);
        if (error >= 0)
            return;
        Refusals++;
        LastRefusal = error == int.MinValue ? (int)Errno.EPROTO : -error;
    }

    private void Add(int start, int length)
    {
        if (Count == _messages.Length)
            Array.Resize(ref _messages, 2 * Count);
        _messages[Count++] = (start, length);
    }
}
