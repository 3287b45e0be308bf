using Weir.Packets;
using Weir.TcpIp.Icmp;
using Weir.TcpIp.Ip;

namespace Weir.TcpIp.Udp;

/// <summary>All UDP sockets of a stack, and which datagram is whose (RFC 768, RFC 1122 4.1, RFC 8200 8.1).</summary>
public sealed class UdpLayer
{
    // RFC 6335 6.
    private const int FirstEphemeral = 49_152;
    private const int EphemeralPorts = 16_384;

    private readonly Func<uint> _random;
    private readonly Dictionary<(UInt128 Local, UInt128 Remote, uint Ports), UdpSocket> _connected = [];

    // Address 0: any. Port 0: any, transparent sockets only.
    private readonly Dictionary<(UInt128 Local, ushort Port), UdpSocket> _bound = [];

    internal UdpLayer(NetworkStack stack, Func<uint> random)
    {
        Stack = stack;
        _random = random;
    }

    /// <summary>Sockets.</summary>
    public int Count => _connected.Count + _bound.Count;

    /// <summary>Datagrams handed to a socket.</summary>
    public long Received { get; private set; }

    /// <summary>Datagrams sent.</summary>
    public long Sent { get; internal set; }

    internal NetworkStack Stack { get; }

    /// <exception cref="InvalidOperationException">Another socket has the address and port, or all ports are taken.</exception>
    /// <exception cref="ArgumentException">The options contradict one another.</exception>
    public UdpSocket Open(UdpSocketOptions options)
    {
        if (options.AnyPort && (!options.Transparent || options.LocalPort != 0 || options.RemoteAddress is not null))
            throw new ArgumentException("any port is for transparent sockets that are neither bound to a port nor connected", nameof(options));
        if (options.RemoteAddress is { } to && options.LocalAddress is null)
        {
            UInt128 source = Stack.ChooseSource(to);
            if (source == 0)
                throw new InvalidOperationException($"no own address reaches {IpAddressBits.ToText(to)}");
            options = options with { LocalAddress = source };
        }

        ushort port = options.LocalPort;
        if (port == 0 && !options.AnyPort)
            port = ChoosePort(options);
        var socket = new UdpSocket(this, options, port);
        bool added = options.RemoteAddress is { } remote
            ? _connected.TryAdd((options.LocalAddress!.Value, remote, Ports(port, options.RemotePort)), socket)
            : _bound.TryAdd((options.LocalAddress ?? 0, port), socket);
        return added ? socket : throw new InvalidOperationException($"another socket has UDP port {port} already");
    }

    internal void Receive(in Arrived arrived)
    {
        if (UdpDatagram.Parse(arrived.Transport, out UdpDatagram datagram) != PacketError.None)
        {
            Stack.Drop(IpDropReason.Malformed);
            return;
        }

        if (!arrived.ChecksumVerified && !IsChecksumRight(arrived, datagram))
        {
            Stack.Drop(IpDropReason.TransportChecksumWrong);
            return;
        }

        // Port 0 can't be answered (RFC 768 allows it as a source: "no reply is expected"), and as a destination is nobody's.
        UdpSocket? socket = datagram.DestinationPort == 0
            ? null
            : Find(arrived.Destination, datagram.DestinationPort, arrived.Source, datagram.SourcePort, arrived.Kind == DestinationKind.Foreign);
        if (socket is null)
        {
            Stack.Drop(IpDropReason.UnknownPort);
            if (arrived.Kind == DestinationKind.Local)
                Stack.Icmp.SendUnreachable(arrived, UnreachableKind.Port);
            return;
        }

        var arrival = new UdpArrival
        {
            Source = arrived.Source,
            SourcePort = datagram.SourcePort,
            Destination = arrived.Destination,
            DestinationPort = datagram.DestinationPort,
            Interface = arrived.Input.Index,
            Ecn = (byte)(arrived.TrafficClass & 3),
            Time = Stack.Now,
        };
        if (socket.Enqueue(datagram.Payload, arrival))
            Received++;
        else
            Stack.Drop(IpDropReason.SocketQueueFull);
    }

    /// <summary>False: no socket of ours can have sent the quoted datagram.</summary>
    /// <remarks>
    /// Whose it is, is decided as for an answer to it (net/ipv4/udp.c __udp4_lib_err looks up the same way): a connected socket hears only of the end
    /// that it is connected to, and for a datagram from a foreign address only a transparent one is asked. Sockets that are not connected hear too, as
    /// with IP_RECVERR, since an error says whom it is about and makes no call fail.
    /// </remarks>
    internal bool ReceiveError(in QuotedPacket quoted)
    {
        UdpSocket? socket = quoted.LocalPort == 0 ? null : Find(quoted.Local, quoted.LocalPort, quoted.Remote, quoted.RemotePort, isForeign: !Stack.Owns(quoted.Local) && !AddressKinds.IsLoopback(quoted.Local));
        if (socket is null)
            return false;
        socket.Fail(new UdpError(quoted.Kind, quoted.Code, quoted.Remote, quoted.RemotePort, quoted.Mtu));
        return true;
    }

    internal bool IsBroadcast(in UdpArrival arrival) => Stack.Find(arrival.Interface).IsBroadcast(arrival.Destination);

    internal void Delete(UdpSocket socket)
    {
        if (socket.Options.RemoteAddress is { } remote)
            Delete(_connected, (socket.Options.LocalAddress!.Value, remote, Ports(socket.LocalPort, socket.Options.RemotePort)), socket);
        else
            Delete(_bound, (socket.Options.LocalAddress ?? 0, socket.LocalPort), socket);
    }

    private static void Delete<TKey>(Dictionary<TKey, UdpSocket> sockets, TKey key, UdpSocket socket)
        where TKey : notnull
    {
        if (sockets.TryGetValue(key, out UdpSocket? there) && there == socket)
            sockets.Remove(key);
    }

    /// <summary>The one that says most about the datagram: both ends, address and port, port, anything.</summary>
    /// <param name="local">Where the datagram was sent to.</param>
    /// <param name="localPort">Its port.</param>
    /// <param name="remote">Where it came from.</param>
    /// <param name="remotePort">Its port.</param>
    /// <param name="isForeign">The local address is none of ours: that is for transparent sockets.</param>
    private UdpSocket? Find(UInt128 local, ushort localPort, UInt128 remote, ushort remotePort, bool isForeign)
    {
        if (_connected.Count > 0
            && _connected.TryGetValue((local, remote, Ports(localPort, remotePort)), out UdpSocket? socket)
            && (!isForeign || socket.Options.Transparent))
        {
            return socket;
        }

        if (_bound.TryGetValue((local, localPort), out socket) && (!isForeign || socket.Options.Transparent))
            return socket;
        if (_bound.TryGetValue((0, localPort), out socket) && (!isForeign || socket.Options.Transparent))
            return socket;
        return _bound.GetValueOrDefault(((UInt128)0, (ushort)0));
    }

    /// <summary>RFC 768: 0 means that the sender made none. RFC 8200 8.1: over IPv6 it must.</summary>
    private static bool IsChecksumRight(in Arrived arrived, in UdpDatagram datagram)
    {
        if (datagram.Checksum == 0)
            return arrived.IsIpv4;
        int length = UdpHeader.Size + datagram.Payload.Length;
        ulong sum = InternetChecksum.AddPseudoHeader(0, arrived.IsIpv4 ? (byte)4 : (byte)6, arrived.Source, arrived.Destination, IpProtocol.IPPROTO_UDP, length);
        return InternetChecksum.Finish(InternetChecksum.Add(sum, arrived.Transport[..length])) == 0;
    }

    /// <summary>RFC 6056 3.3.1: from a random place on, the first that is free.</summary>
    private ushort ChoosePort(UdpSocketOptions options)
    {
        int start = (int)(_random() % EphemeralPorts);
        for (int i = 0; i < EphemeralPorts; i++)
        {
            ushort port = (ushort)(FirstEphemeral + ((start + i) % EphemeralPorts));
            bool taken = options.RemoteAddress is { } remote
                ? _connected.ContainsKey((options.LocalAddress!.Value, remote, Ports(port, options.RemotePort)))
                : _bound.ContainsKey((options.LocalAddress ?? 0, port));
            if (!taken)
                return port;
        }

        throw new InvalidOperationException("all ephemeral UDP ports are taken");
    }

    private static uint Ports(ushort local, ushort remote) => ((uint)local << 16) | remote;
}
