using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Queue;

/// <summary>A queue of packets that wait for a verdict: what <c>-j NFQUEUE</c> and nft's <c>queue</c> send here.</summary>
/// <remarks>
/// <para>One thread at a time: <see cref="Receive"/>, read the packets, give each its verdict, <see cref="Receive"/> again (which sends the verdicts that are not sent yet).
/// Nothing is allocated for a packet. Closing drops what waits, and a rule with <c>--queue-bypass</c> then lets packets pass.</para>
/// <para>A payload that is changed must be right in itself: total length, header checksum, transport checksum.</para>
/// </remarks>
public sealed class PacketQueue : IDisposable
{
    private const int LargestDatagram = 68 * 1024;
    private const int VerdictRoom = 256 * 1024;
    private const int VerdictSize = 48;

    private readonly INetlinkTransport _transport;
    private readonly MessageBatch _batch;
    private readonly byte[] _verdicts = new byte[VerdictRoom];
    private readonly ushort _number;
    private int _written;

    /// <summary>Over any transport; <see cref="Open"/> is the way to the kernel.</summary>
    /// <exception cref="NetlinkException">EBUSY or EPERM: another socket has the queue.</exception>
    public PacketQueue(INetlinkTransport transport, PacketQueueOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1, nameof(options));
        _transport = transport;
        _number = options.Number;
        var room = Math.Max(4, Math.Min(options.BatchSize, 64)) * LargestDatagram;
        _batch = new MessageBatch(transport, (NetlinkMessageType)QueueMessageType.NFQNL_MSG_PACKET, room, LargestDatagram, options.BatchSize);
        var writer = new NetlinkWriter(_verdicts);
        QueueMessage.WriteBind(ref writer, options);
        try
        {
            _batch.Change($"bind queue {_number}", writer, (NetlinkMessageType)QueueMessageType.NFQNL_MSG_CONFIG);
        }
        catch (NetlinkException exception) when (exception.Errno is (int)Errno.EBUSY)
        {
            throw new NetlinkException(exception.Operation, exception.Errno, "another program has the queue", request: exception.Request);
        }

        // One that this kernel does not know would take the others with it, so each goes alone.
        foreach (var flag in Enum.GetValues<QueueFlags>())
        {
            if (flag != QueueFlags.None && options.Flags.HasFlag(flag) && TrySetFlag(flag, on: true))
                Flags |= flag;
        }
    }

    public static PacketQueue Open(NetworkNamespace ns, PacketQueueOptions options)
    {
        var socket = NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_NETFILTER);
        try
        {
            // A full socket must not end the queue's owner; the queue counts what was lost.
            socket.IgnoreLosses();
            socket.SetReceiveBuffer(options.SocketBuffer);
            return new PacketQueue(socket, options);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What is on of that which was wished for.</summary>
    public QueueFlags Flags { get; private set; }

    /// <summary>Verdicts that the kernel refused: packets that it no longer has.</summary>
    public ulong RefusedVerdicts => _batch.Refusals;

    /// <summary>Packets of the current batch.</summary>
    public int Count => _batch.Count;

    /// <summary>A packet of the current batch.</summary>
    public QueuePacket this[int index] => new(_batch[index]);

    /// <summary>Sends the verdicts, forgets the batch, and waits for packets: one, and all that are there by then.</summary>
    /// <param name="timeout">Null waits for ever.</param>
    /// <returns>Their number; 0 when the time is over.</returns>
    public int Receive(TimeSpan? timeout)
    {
        Send();
        return _batch.Receive(timeout);
    }

    /// <summary>The verdict over one packet. It is sent with the next <see cref="Receive"/> or <see cref="Send"/>.</summary>
    /// <param name="id">The packet's number.</param>
    /// <param name="verdict">What becomes of it.</param>
    /// <param name="mark">The packet's new mark; null leaves it.</param>
    public void SetVerdict(uint id, QueueVerdict verdict, uint? mark = null)
    {
        var writer = Begin(0);
        QueueMessage.WriteVerdict(ref writer, _number, id, verdict, mark);
        End(writer, QueueMessageType.NFQNL_MSG_VERDICT);
    }

    /// <summary>The verdict over one packet, whose content becomes this, of another length if need be.</summary>
    /// <param name="id">The packet's number.</param>
    /// <param name="verdict">What becomes of it.</param>
    /// <param name="payload">The packet from its IP header on, at most 65,531 bytes.</param>
    /// <param name="mark">The packet's new mark; null leaves it.</param>
    public void SetVerdict(uint id, QueueVerdict verdict, ReadOnlySpan<byte> payload, uint? mark = null)
    {
        var writer = Begin(payload.Length);
        QueueMessage.WriteVerdict(ref writer, _number, id, verdict, mark);
        writer.WriteBytes(QueueAttribute.NFQA_PAYLOAD, payload);
        End(writer, QueueMessageType.NFQNL_MSG_VERDICT);
    }

    /// <summary>One verdict over all packets up to this one that wait.</summary>
    /// <param name="id">The last packet's number.</param>
    /// <param name="verdict">What becomes of them.</param>
    /// <param name="mark">Their new mark; null leaves it.</param>
    public void SetVerdictUpTo(uint id, QueueVerdict verdict, uint? mark = null)
    {
        var writer = Begin(0);
        QueueMessage.WriteVerdict(ref writer, _number, id, verdict, mark);
        End(writer, QueueMessageType.NFQNL_MSG_VERDICT_BATCH);
    }

    /// <summary>Sends the verdicts that wait, with one system call.</summary>
    public void Send()
    {
        if (_written == 0)
            return;
        var length = _written;
        _written = 0;
        _transport.Send(_verdicts.AsSpan(0, length));
    }

    /// <summary>Turns a flag on or off.</summary>
    /// <returns>False when the kernel does not know it.</returns>
    public bool TrySetFlag(QueueFlags flag, bool on)
    {
        Send();
        var writer = new NetlinkWriter(_verdicts);
        QueueMessage.WriteFlag(ref writer, _number, flag, on);
        try
        {
            _batch.Change($"set flag {flag} of queue {_number}", writer, (NetlinkMessageType)QueueMessageType.NFQNL_MSG_CONFIG);
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.EOPNOTSUPP)
        {
            return false;
        }

        Flags = on ? Flags | flag : Flags & ~flag;
        return true;
    }

    public void Dispose() => _transport.Dispose();

    private NetlinkWriter Begin(int payload)
    {
        if (_verdicts.Length - _written < VerdictSize + payload + 8)
            Send();
        return new NetlinkWriter(_verdicts.AsSpan(_written));
    }

    private void End(in NetlinkWriter writer, QueueMessageType type)
    {
        writer.Finish((NetlinkMessageType)type, (ushort)NetlinkFlags.NLM_F_REQUEST, 0);
        _written += writer.Written.Length;
    }
}
