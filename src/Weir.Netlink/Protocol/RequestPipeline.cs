using System.Buffers;
using System.Runtime.InteropServices;
using Weir.Linux;

namespace Weir.Netlink.Protocol;

/// <summary>Tells of a refused request: its number in the pipeline, counted from 0, the kernel's answer, and its bytes.</summary>
internal delegate void RefusalHandler(int number, NetlinkMessage answer, ReadOnlySpan<byte> request);

/// <summary>Many requests in few sends; the kernel does them one after the other, and a refused one does not keep it from the next.</summary>
/// <remarks>
/// Only the last request of a send asks for an ack. A refusal is answered whether an ack was asked for or not, in the order of the requests, so
/// whatever was not refused before that last ack was done: a thousand additions take four sends and four answers.
/// </remarks>
internal sealed class RequestPipeline(INetlinkTransport transport, Func<uint> nextSequence, RefusalHandler refused)
{
    private const int BufferSize = 64 * 1024;

    /// <summary>As much as a single request may take anywhere else.</summary>
    private const int RoomForOne = 32 * 1024;

    /// <summary>If all are refused, so many answers still fit the receive buffer of a socket without privilege (208 KiB, about 0.8 KiB for each).</summary>
    private const int MostInOneSend = 256;

    /// <summary>A refusal with all its words; acks come without the request's copy.</summary>
    private const int AnswerSize = 4096;

    private byte[] _buffer = [];
    private int _length;
    private int _count;
    private int _sent;
    private int _last;
    private uint _first;

    /// <summary>How many requests were begun since the pipeline was made.</summary>
    internal int Count => _sent + _count;

    /// <summary>How many of them are not yet sent.</summary>
    internal int Waiting => _count;

    /// <summary>A writer for the next request; what waits is sent first when there may be no room for it.</summary>
    internal NetlinkWriter Begin()
    {
        if (_count == MostInOneSend || _length > BufferSize - RoomForOne)
            Flush();
        if (_buffer.Length == 0)
            _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        return new NetlinkWriter(_buffer.AsSpan(_length, RoomForOne));
    }

    internal void End(in NetlinkWriter writer, NetlinkMessageType type, NewFlags flags)
    {
        var sequence = nextSequence();
        if (_count == 0)
            _first = sequence;
        writer.Finish(type, (ushort)((ushort)flags | (ushort)NetlinkFlags.NLM_F_REQUEST), sequence);
        _last = _length;
        _length += writer.Written.Length;
        _count++;
    }

    /// <summary>Sends what waits, reads all answers to it, and gives the buffer back. The pipeline may be used again.</summary>
    internal void Finish()
    {
        Flush();
        if (_buffer.Length != 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>Sends what waits and reads all answers to it.</summary>
    private void Flush()
    {
        if (_count == 0)
            return;
        var flags = _buffer.AsSpan(_last + 6);
        MemoryMarshal.Write(flags, (ushort)(MemoryMarshal.Read<ushort>(flags) | (ushort)NetlinkFlags.NLM_F_ACK));
        var (length, count) = (_length, _count);
        _length = 0;
        _count = 0;
        _sent += count;
        transport.Send(_buffer.AsSpan(0, length));
        var answer = ArrayPool<byte>.Shared.Rent(AnswerSize);
        while (!ReadAnswers(answer, length, count))
        {
        }

        ArrayPool<byte>.Shared.Return(answer);
    }

    /// <summary>Of one datagram; true when the last request's answer was in it.</summary>
    private bool ReadAnswers(byte[] answer, int length, int count)
    {
        var received = transport.Receive(answer);
        if (received <= 0)
            throw new NetlinkException($"send {count} requests", (int)Errno.ETIMEDOUT, "the kernel did not answer all of them");
        ReadOnlySpan<byte> datagram = answer.AsSpan(0, Math.Min(received, answer.Length));
        while (!datagram.IsEmpty)
        {
            if (!NetlinkMessage.TryTake(ref datagram, out var message))
                throw new NetlinkException($"send {count} requests", (int)Errno.EBADMSG, "the answer lies about its length");
            var number = message.Sequence - _first;
            if (message.PortId != transport.PortId || number >= (uint)count || message.Type != NetlinkMessageType.NLMSG_ERROR)
                continue;
            if (ExtendedAck.IsRefusal(message))
                refused(_sent - count + (int)number, message, Request(length, (int)number));
            if (number == (uint)count - 1)
                return true;
        }

        return false;
    }

    /// <summary>One of the requests that were sent, found by their lengths.</summary>
    private ReadOnlySpan<byte> Request(int length, int number)
    {
        var start = 0;
        for (var i = 0; i < number; i++)
            start += NetlinkWriter.Align(MemoryMarshal.Read<int>(_buffer.AsSpan(start, length - start)));
        return _buffer.AsSpan(start, MemoryMarshal.Read<int>(_buffer.AsSpan(start)));
    }
}
