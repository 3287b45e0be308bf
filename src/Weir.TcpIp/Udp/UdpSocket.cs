using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Udp;

/// <summary>One end of datagrams. Of its stack's thread, as all of it.</summary>
public sealed class UdpSocket : IDisposable
{
    private readonly UdpLayer _layer;
    private readonly PacketQueue<UdpArrival> _queue;
    private UdpError? _error;

    internal UdpSocket(UdpLayer layer, UdpSocketOptions options, ushort localPort)
    {
        _layer = layer;
        Options = options;
        LocalPort = localPort;
        _queue = new PacketQueue<UdpArrival>(options.ReceiveBytes, options.ReceivePackets);
    }

    public UdpSocketOptions Options { get; }

    /// <summary>0 with <see cref="UdpSocketOptions.AnyPort"/>.</summary>
    public ushort LocalPort { get; }

    /// <summary>For whoever uses the socket.</summary>
    public object? Owner { get; set; }

    /// <summary>Called when a datagram or an error has come, from within the stack's Receive: take it here or later, but don't call the stack's Receive.</summary>
    public Action<UdpSocket>? Readable { get; set; }

    /// <summary>Datagrams that wait.</summary>
    public int Waiting => _queue.Count;

    /// <summary>Datagrams that found the queue full.</summary>
    public long Overflows { get; private set; }

    /// <summary>Takes the oldest datagram. Its bytes are valid until the next call.</summary>
    public bool TryReceive(out ReadOnlySpan<byte> datagram, out UdpArrival arrival)
    {
        bool received = _queue.TryTake(out Span<byte> bytes, out arrival);

        // An empty datagram keeps a byte in the queue, which is no part of it.
        datagram = received ? bytes[1..] : default;
        return received;
    }

    /// <summary>Takes what ICMP last said of a datagram sent from here.</summary>
    /// <remarks>
    /// As with IP_RECVERR of ip(7): of soft errors and hard ones, whether the socket is connected or not, and no call fails because of it. Who can guess the
    /// addresses and ports can forge one (RFC 5927).
    /// </remarks>
    public bool TryTakeError(out UdpError error)
    {
        error = _error ?? default;
        bool has = _error is not null;
        _error = null;
        return has;
    }

    /// <summary>Sends to the remote end that the socket is connected to.</summary>
    /// <exception cref="InvalidOperationException">It is not connected.</exception>
    public IpSendResult Send(ReadOnlySpan<byte> datagram, TimeSpan now) => Options.RemoteAddress is { } remote
        ? Send(Options.LocalAddress ?? 0, LocalPort, remote, Options.RemotePort, datagram, via: null, now)
        : throw new InvalidOperationException("the socket is not connected: say whom to send to");

    /// <summary>Sends from the socket's address, or the best own one, to another end.</summary>
    public IpSendResult SendTo(ReadOnlySpan<byte> datagram, UInt128 remote, ushort remotePort, TimeSpan now) =>
        Send(Options.LocalAddress ?? 0, LocalPort, remote, remotePort, datagram, via: null, now);

    /// <summary>Answers a datagram: from the address and port that it was sent to, to the one that it came from.</summary>
    public IpSendResult Reply(ReadOnlySpan<byte> datagram, in UdpArrival to, TimeSpan now)
    {
        bool fromGroup = AddressKinds.IsMulticast(to.Destination) || _layer.IsBroadcast(to);
        return Send(fromGroup ? 0 : to.Destination, to.DestinationPort, to.Source, to.SourcePort, datagram, AddressKinds.IsLinkLocal(to.Source) ? _layer.Stack.Find(to.Interface) : null, now);
    }

    /// <summary>Sends by an interface that may have no address yet.</summary>
    internal IpSendResult SendVia(StackInterface via, UInt128 local, UInt128 remote, ushort remotePort, ReadOnlySpan<byte> datagram, TimeSpan now) =>
        Send(local, LocalPort, remote, remotePort, datagram, via, now);

    /// <summary>Gives port and queue back.</summary>
    public void Dispose() => _layer.Delete(this);

    internal bool Enqueue(ReadOnlySpan<byte> payload, in UdpArrival arrival)
    {
        Span<byte> room = _queue.Rent(payload.Length + 1);
        if (room.IsEmpty)
        {
            Overflows++;
            return false;
        }

        payload.CopyTo(room[1..]);
        _queue.Commit(room.Length, arrival);
        Readable?.Invoke(this);
        return true;
    }

    internal void Fail(in UdpError error)
    {
        _error = error;
        Readable?.Invoke(this);
    }

    private IpSendResult Send(UInt128 local, ushort localPort, UInt128 remote, ushort remotePort, ReadOnlySpan<byte> payload, StackInterface? via, TimeSpan now)
    {
        NetworkStack stack = _layer.Stack;
        stack.SetNow(now);
        if (payload.Length > ushort.MaxValue - UdpHeader.Size)
            return IpSendResult.TooLong;
        bool isNobody = via is not null && local == AddressKinds.Ipv4Unspecified;
        bool isLoopback = AddressKinds.IsLoopback(local) && (AddressKinds.IsLoopback(remote) || stack.Owns(remote));
        if (local != 0 && !isNobody && !isLoopback && !Options.Transparent && !stack.Owns(local))
            return IpSendResult.NoRoute;
        var packet = new IpOutgoing
        {
            Source = local,
            Destination = remote,
            Protocol = IpProtocol.IPPROTO_UDP,
            DontFragment = Options.DontFragment,
            HopLimit = Options.HopLimit != 0 ? Options.HopLimit : AddressKinds.IsMulticast(remote) ? (byte)1 : (byte)0,
            Interface = via,
        };
        int length = UdpHeader.Size + payload.Length;
        IpOutput output = stack.Output;
        IpSendResult result = output.Begin(packet, length, out Span<byte> datagram);
        if (result != IpSendResult.Sent)
            return result;
        new UdpHeader(localPort, remotePort, (ushort)length, 0).WriteTo(datagram);
        payload.CopyTo(datagram[UdpHeader.Size..]);
        byte version = IpAddressBits.IsIpv4(remote) ? (byte)4 : (byte)6;
        if (output.CanLeaveChecksum)
        {
            ulong sum = InternetChecksum.AddPseudoHeader(0, version, output.Source, remote, IpProtocol.IPPROTO_UDP, length);
            WriteUInt16BigEndian(datagram[6..], InternetChecksum.Partial(sum));
            output.Send(new PacketOffload { ChecksumPartial = true, TransportOffset = version == 4 ? (ushort)Ipv4Header.Size : (ushort)Ipv6Header.Size, ChecksumOffset = 6 });
        }
        else
        {
            WriteUInt16BigEndian(datagram[6..], InternetChecksum.Transport(version, output.Source, remote, IpProtocol.IPPROTO_UDP, datagram));
            output.Send(default);
        }

        _layer.Sent++;
        return IpSendResult.Sent;
    }
}
