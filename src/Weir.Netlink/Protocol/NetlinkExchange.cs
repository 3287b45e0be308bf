using System.Buffers;
using Weir.Linux;

namespace Weir.Netlink.Protocol;

/// <summary>Takes one message of an answer.</summary>
internal delegate void MessageHandler(NetlinkMessage message);

/// <summary>Makes an object of one message of a dump; null leaves it out.</summary>
internal delegate T? MessageReader<out T>(NetlinkMessage message)
    where T : class;

/// <summary>
/// Requests and their answers over one transport: numbers each request, finds its answer, turns refusals into exceptions, repeats dumps that a
/// change interrupted. One thread at a time.
/// </summary>
/// <remarks>Its buffers are the array pool's: sockets that live for a few requests cost no memory of their own.</remarks>
internal sealed class NetlinkExchange(INetlinkTransport transport) : IDisposable
{
    /// <summary>Room for one request: a route with many legs, a filter with many keys.</summary>
    private const int RequestSize = 32 * 1024;

    /// <summary>The kernel fills at most 32 KiB of a dump at once; one message of its own may be longer.</summary>
    private const int AnswerSize = 64 * 1024;

    /// <summary>While another process made links without pause, nine of ten dumps were interrupted: 64 tries leave one in a thousand.</summary>
    private const int DumpAttempts = 64;

    /// <summary>Answers to earlier requests, left in the socket by an exception: more than this is not an answer but noise.</summary>
    private const int StrayLimit = 10_000;

    private byte[]? _request;
    private byte[]? _answer;
    private uint _sequence;

    /// <summary>A writer over the request buffer. The one before it is then void.</summary>
    internal NetlinkWriter Begin() => new((_request ??= ArrayPool<byte>.Shared.Rent(RequestSize)).AsSpan(0, RequestSize));

    /// <summary>Takes sequence numbers for messages that are sent past this exchange, so that none of them answers one of its own.</summary>
    internal uint TakeSequences(int count)
    {
        var first = _sequence + 1;
        _sequence += (uint)count;
        return first;
    }

    /// <summary>Sends a change and waits for its ack.</summary>
    internal void Change(in OperationName operation, in NetlinkWriter writer, NetlinkMessageType type, NewFlags flags = NewFlags.None) =>
        Request(operation, writer, type, (ushort)((ushort)flags | (ushort)NetlinkFlags.NLM_F_ACK), null);

    /// <summary>Asks for one object. <see cref="NetlinkException"/>: ENODEV and the like when it is not there.</summary>
    internal void Get(in OperationName operation, in NetlinkWriter writer, NetlinkMessageType type, MessageHandler handler) =>
        Request(operation, writer, type, (ushort)NetlinkFlags.NLM_F_ACK, handler);

    /// <summary>Asks for all objects, again when the kernel says that they changed meanwhile.</summary>
    internal List<T> Dump<T>(in OperationName operation, in NetlinkWriter writer, NetlinkMessageType type, MessageReader<T> reader)
        where T : class
    {
        for (var attempt = 0; attempt < DumpAttempts; attempt++)
        {
            var objects = new List<T>();
            var interrupted = Request(operation, writer, type, (ushort)GetFlags.NLM_F_DUMP, message =>
            {
                if (reader(message) is { } made)
                    objects.Add(made);
            });
            if (!interrupted)
                return objects;
        }

        throw new NetlinkException(operation.ToString(), (int)Errno.EAGAIN, $"the list changed while it was read, {DumpAttempts} times in a row");
    }

    /// <summary>Hands each message of a dump to a handler and keeps none.</summary>
    /// <returns>False when a change came between, so that an object may have been seen twice or not at all.</returns>
    internal bool Visit(in OperationName operation, in NetlinkWriter writer, NetlinkMessageType type, MessageHandler handler) =>
        !Request(operation, writer, type, (ushort)GetFlags.NLM_F_DUMP, handler);

    /// <summary>A pipeline of requests beside the single ones.</summary>
    internal RequestPipeline BeginPipeline(RefusalHandler refused) => new(transport, () => ++_sequence, refused);

    public void Dispose()
    {
        transport.Dispose();
        Return(ref _request);
        Return(ref _answer);
    }

    private static void Return(ref byte[]? buffer)
    {
        if (buffer is not null)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = null;
    }

    /// <returns>True when the kernel marked a message as read across a change (NLM_F_DUMP_INTR).</returns>
    private bool Request(in OperationName operation, in NetlinkWriter writer, NetlinkMessageType type, ushort flags, MessageHandler? handler)
    {
        var sequence = ++_sequence;
        writer.Finish(type, (ushort)(flags | (ushort)NetlinkFlags.NLM_F_REQUEST), sequence);
        transport.Send(writer.Written);

        var answer = _answer ??= ArrayPool<byte>.Shared.Rent(AnswerSize);
        var interrupted = false;
        var strays = 0;
        while (true)
        {
            var length = transport.Receive(answer);
            if (length <= 0)
                throw new NetlinkException(operation.ToString(), (int)Errno.ETIMEDOUT, "the kernel did not answer", request: writer.Written.ToArray());
            ReadOnlySpan<byte> datagram = answer.AsSpan(0, Math.Min(length, answer.Length));
            while (!datagram.IsEmpty)
            {
                if (!NetlinkMessage.TryTake(ref datagram, out var message))
                    throw new NetlinkException(operation.ToString(), (int)Errno.EBADMSG, "the answer lies about its length", request: writer.Written.ToArray());
                if (message.Sequence != sequence || message.PortId != transport.PortId)
                {
                    if (++strays > StrayLimit)
                        throw new NetlinkException(operation.ToString(), (int)Errno.EBADMSG, "the answers belong to other requests");
                    continue;
                }

                interrupted |= (message.Flags & (ushort)NetlinkFlags.NLM_F_DUMP_INTR) != 0;
                switch (message.Type)
                {
                    case NetlinkMessageType.NLMSG_ERROR or NetlinkMessageType.NLMSG_DONE:
                        if (ExtendedAck.IsRefusal(message))
                            throw ExtendedAck.Refusal(operation.ToString(), message, writer.Written);
                        return interrupted;
                    case NetlinkMessageType.NLMSG_OVERRUN:
                        throw new NetlinkException(operation.ToString(), (int)Errno.ENOBUFS, "the kernel lost data");
                    case NetlinkMessageType.NLMSG_NOOP:
                        break;
                    default:
                        handler?.Invoke(message);
                        break;
                }
            }
        }
    }
}
