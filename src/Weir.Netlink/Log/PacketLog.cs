using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Log;

/// <summary>Packets that rules log to a group: <c>-j NFLOG</c>, nft's <c>log group</c>. The packets themselves go on; these are copies.</summary>
/// <remarks>One thread at a time: <see cref="Receive"/>, read the packets, <see cref="Receive"/> again. Nothing is allocated for a packet.</remarks>
public sealed class PacketLog : IDisposable
{
    /// <summary>The kernel gathers up to NFULA_CFG_NLBUFSIZ in a datagram, and a larger packet makes it larger.</summary>
    private const int LargestDatagram = 132 * 1024;

    private readonly INetlinkTransport _transport;
    private readonly MessageBatch _batch;

    /// <summary>Over any transport; <see cref="Open"/> is the way to the kernel.</summary>
    /// <exception cref="NetlinkException">EBUSY or EPERM: another socket has the group.</exception>
    public PacketLog(INetlinkTransport transport, PacketLogOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1, nameof(options));
        _transport = transport;
        _batch = new MessageBatch(transport, (NetlinkMessageType)LogMessageType.NFULNL_MSG_PACKET, 4 * LargestDatagram, LargestDatagram, options.BatchSize);
        var writer = new NetlinkWriter(new byte[256]);
        LogMessage.WriteBind(ref writer, options);
        try
        {
            _batch.Change($"bind log group {options.Group}", writer, (NetlinkMessageType)LogMessageType.NFULNL_MSG_CONFIG);
        }
        catch (NetlinkException exception) when (exception.Errno is (int)Errno.EBUSY)
        {
            throw new NetlinkException(exception.Operation, exception.Errno, "another program has the group", request: exception.Request);
        }
    }

    public static PacketLog Open(NetworkNamespace ns, PacketLogOptions options)
    {
        var socket = NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_NETFILTER);
        try
        {
            socket.SetReceiveBuffer(options.SocketBuffer);
            return new PacketLog(socket, options);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Packets of the current batch.</summary>
    public int Count => _batch.Count;

    /// <summary>How often packets were lost because they came faster than they were read; <see cref="LogPacket.Sequence"/> tells how many.</summary>
    public ulong Losses => _batch.Losses;

    /// <summary>A packet of the current batch.</summary>
    public LogPacket this[int index] => new(_batch[index]);

    /// <summary>Forgets the batch and waits for packets: those of one datagram, and all that are there by then.</summary>
    /// <param name="timeout">Null waits for ever.</param>
    /// <returns>Their number; 0 when the time is over, or when only a loss was told.</returns>
    public int Receive(TimeSpan? timeout) => _batch.Receive(timeout);

    public void Dispose() => _transport.Dispose();
}
