using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Weir.Linux;
using Weir.Packets;
using Weir.Stack.Devices;
using Weir.Stack.Streams;
using Weir.TcpIp;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Dhcp;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;
using TcpListener = Weir.TcpIp.Tcp.Listening.TcpListener;

namespace Weir.Stack;

/// <summary>Weir's TCP/IP stack as .NET programs use one: listeners and streams over TUN and TAP devices, or over memory.</summary>
/// <remarks>
/// Each port (a queue of a device) has a thread and a stack of its own. A listener is in all of them: a connection is where its SYN came. Connections
/// are opened in each in turn, and what comes to another queue than theirs is passed on.
/// </remarks>
public sealed class TcpStack : IAsyncDisposable
{
    private readonly StackLoop[] _loops;
    private readonly MacAddress _mac;
    private uint _opened;
    private readonly TcpStackOptions _options;
    private readonly StackResolver? _resolver;
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TcpStack(IReadOnlyList<IPacketPort> ports, TcpStackOptions options)
    {
        _options = options;
        _resolver = StackResolver.Create(options, ports.Count);
        _mac = options.Mac ?? RandomMac();
        _loops = new StackLoop[ports.Count];
        try
        {
            for (var i = 0; i < _loops.Length; i++)
                _loops[i] = MakeLoop(ports[i], i);
        }
        catch
        {
            // Nobody else will close them: there is no stack.
            foreach (var port in ports)
                port.Dispose();
            throw;
        }

        foreach (var loop in _loops)
            loop.Start();
    }

    /// <summary>Completes when the stack has ended: null after it was disposed, else why (the device is gone).</summary>
    public Task<Exception?> Ended => _ended.Task;

    /// <summary>Starts a stack on a port. The stack closes it in the end, or at once if it can't use it.</summary>
    public static TcpStack Start(IPacketPort port, TcpStackOptions options) => new([port], options);

    /// <summary>Starts a stack on several queues of one device, a thread for each.</summary>
    public static TcpStack Start(IReadOnlyList<IPacketPort> ports, TcpStackOptions options) => new(ports, options);

    /// <summary>Opens a TUN or TAP device in a namespace and starts a stack on it.</summary>
    /// <exception cref="LinuxException">The device can't be opened.</exception>
    public static TcpStack StartTun(NetworkNamespace ns, TunQueueOptions device, TcpStackOptions options) => Start(TunQueue.Open(ns, device), options);

    /// <summary>Listens on an address and a port.</summary>
    /// <param name="endpoint">The address may be Any or IPv6Any: all own ones.</param>
    /// <param name="options">Null: the usual.</param>
    /// <param name="cancellationToken">Of no effect: nothing is waited for.</param>
    /// <exception cref="SocketException">AddressAlreadyInUse.</exception>
    public ValueTask<TcpStackListener> ListenAsync(IPEndPoint endpoint, StackListenOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new StackListenOptions();
        var listener = new TcpStackListener(endpoint, options.Backlog);
        ListenAll(options.ToLayer(endpoint, _options.Profile), listener.Pull, listener.Opened, options.Decide);
        return ValueTask.FromResult(listener);
    }

    /// <summary>Serves connections on the stack's own threads, without streams: for small services whose work is short.</summary>
    /// <param name="endpoint">The address may be Any.</param>
    /// <param name="service">Makes the one that serves a connection.</param>
    /// <exception cref="SocketException">AddressAlreadyInUse.</exception>
    public void Serve(IPEndPoint endpoint, Func<ITcpObserver> service) =>
        ListenAll(new StackListenOptions { Backlog = 4096 }.ToLayer(endpoint, _options.Profile), (_, listener) =>
        {
            while (listener.TryAccept(out var connection))
            {
                var observer = service();
                connection.NoDelay = true;
                connection.Observer = observer;
                observer.Notify(connection, TcpEvents.Connected);
            }
        }, (_, _) => { });

    /// <summary>Opens a connection.</summary>
    /// <param name="endpoint">An address with its port, or a name: see <see cref="ResolveAsync"/>.</param>
    /// <param name="cancellationToken">Ends the attempt with a reset.</param>
    /// <exception cref="SocketException">ConnectionRefused, TimedOut, HostUnreachable, NetworkUnreachable: there is no route; of a name those of <see cref="ResolveAsync"/> too.</exception>
    public async ValueTask<TcpStream> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        switch (endpoint)
        {
            case IPEndPoint address:
                return await ConnectAsync(new TcpConnectOptions { RemoteAddress = EndPoints.BitsOf(address.Address), RemotePort = (ushort)address.Port, Profile = _options.Profile }, cancellationToken).ConfigureAwait(false);
            case DnsEndPoint name:
                return await ConnectAsync(name, cancellationToken).ConfigureAwait(false);
            default:
                throw new NotSupportedException($"{endpoint} is neither an address nor a name.");
        }
    }

    /// <summary>Opens a connection with everything said: the own address and port (any address, on a transparent stack), the profile.</summary>
    /// <exception cref="SocketException">As above.</exception>
    public async ValueTask<TcpStream> ConnectAsync(TcpConnectOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var loop = _loops[(options.LocalPort != 0 ? options.LocalPort : Interlocked.Increment(ref _opened)) % _loops.Length];
        var end = new StreamEnd(loop);
        lock (loop.Gate)
        {
            ObjectDisposedException.ThrowIf(loop.HasEnded || _ended.Task.IsCompleted, this);
            if (loop.Stack.Tcp.Connect(options, end, loop.Clock()) is not { } connection)
                throw new SocketException((int)SocketError.NetworkUnreachable);
            end.Attach(connection, isConnected: false);
            loop.Add(end);
            loop.Changed();
        }

        try
        {
            await end.ConnectedAsync(cancellationToken).ConfigureAwait(false);
            return new TcpStream(end);
        }
        catch
        {
            lock (loop.Gate)
                end.Abort();
            throw;
        }
    }

    /// <summary>Waits until a DHCP server has lent an address: <see cref="TcpStackOptions.Dhcp"/>. Later calls say what the lease is now.</summary>
    /// <param name="cancellationToken">Ends the waiting; the server goes on being asked for.</param>
    /// <exception cref="InvalidOperationException">The stack does not ask for one.</exception>
    public ValueTask<DhcpLease> LeaseAsync(CancellationToken cancellationToken = default) =>
        _loops[0].Lease is { } lease ? lease.WaitAsync(_ended.Task, cancellationToken) : throw new InvalidOperationException("The stack's addresses are given, not lent.");

    /// <summary>The addresses of a name: from <see cref="TcpStackOptions.NameServers"/> or those of the lease if there are any, else as this host knows it.</summary>
    /// <param name="host">Without the search domains of anybody. An address is its own answer.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="SocketException">HostNotFound; NoData: the name has no addresses; TryAgain: no server has answered.</exception>
    public async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken = default)
    {
        if (IPAddress.TryParse(host, out var literal))
            return [literal];
        return _resolver is null
            ? await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false)
            : await _resolver.ResolveAsync(_loops[Interlocked.Increment(ref _opened) % _loops.Length], host, _ended.Task, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Bytes that the buffers of all connections take now.</summary>
    public long MemoryUsed
    {
        get
        {
            var used = 0L;
            foreach (var loop in _loops)
            {
                lock (loop.Gate)
                    used += loop.Stack.Tcp.MemoryUsed;
            }

            return used;
        }
    }

    /// <summary>All connections that are not closed, those in the handshake and in TIME-WAIT too.</summary>
    public IReadOnlyList<StackConnection> ListConnections()
    {
        var connections = new List<StackConnection>();
        foreach (var loop in _loops)
        {
            lock (loop.Gate)
            {
                foreach (var connection in loop.Stack.Tcp.Connections)
                    connections.Add(new StackConnection(EndPoints.Of(connection.LocalAddress, connection.LocalPort), EndPoints.Of(connection.RemoteAddress, connection.RemotePort), connection.Info));
            }
        }

        return connections;
    }

    /// <summary>For <see cref="System.Net.Http.SocketsHttpHandler.ConnectCallback"/>.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        await ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);

    /// <summary>Gives what was written two seconds to arrive, and then ends; open streams fail.</summary>
    public async ValueTask DisposeAsync()
    {
        // Not in a thread of the stack's, which could not wait for its own end.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await Task.WhenAny(_ended.Task, Task.WhenAll(_loops.Select(loop => loop.WhenDrained()))).WaitAsync(_options.Linger, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The peers had their time.
        }

        foreach (var loop in _loops)
        {
            lock (loop.Gate)
            {
                if (!loop.HasEnded)
                    loop.Lease?.Release(_options.Clock());
            }

            loop.Stop();
        }

        foreach (var loop in _loops)
            loop.Close();
        _ended.TrySetResult(null);
    }

    private async ValueTask<TcpStream> ConnectAsync(DnsEndPoint name, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(name.Host, cancellationToken).ConfigureAwait(false);
        SocketException? failure = null;
        foreach (var address in addresses)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(address, name.Port), cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                failure = exception;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>The same listener in every loop, or in none.</summary>
    private void ListenAll(
        TcpListenOptions options, Action<StackLoop, TcpListener> acceptable, Action<StackLoop, TcpListener> opened, Func<IncomingConnection, ValueTask<AcceptDecision>>? decide = null)
    {
        var done = new List<(StackLoop Loop, TcpListener Listener)>();
        try
        {
            foreach (var loop in _loops)
            {
                lock (loop.Gate)
                {
                    ObjectDisposedException.ThrowIf(loop.HasEnded, this);
                    TcpListener? listener = null;
                    listener = loop.Stack.Tcp.Listen(options with
                    {
                        Acceptable = listener => acceptable(loop, listener),
                        Accept = decide is null ? options.Accept : pending => Defer(loop, listener!, pending, decide),
                    });
                    done.Add((loop, listener));
                }
            }
        }
        catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
        {
            foreach (var (loop, listener) in done)
            {
                lock (loop.Gate)
                    listener.Dispose();
            }

            throw new SocketException((int)SocketError.AddressAlreadyInUse);
        }

        foreach (var (loop, listener) in done)
            opened(loop, listener);
    }

    /// <summary>Under the gate: leaves a SYN to someone who takes longer. When too many wait already, the peer is to try again.</summary>
    private static AcceptDecision Defer(StackLoop loop, TcpListener listener, PendingConnection pending, Func<IncomingConnection, ValueTask<AcceptDecision>> decide)
    {
        if (listener.HalfOpen > listener.Options.MaxHalfOpen)
            return AcceptDecision.Drop;
        var incoming = new IncomingConnection(loop, pending);
        _ = Task.Run(() => incoming.DecideAsync(decide));
        return AcceptDecision.Defer;
    }

    private StackLoop MakeLoop(IPacketPort port, int number)
    {
        var siblings = _loops.Length > 1 ? new LoopSiblings(_loops, number) : null;
        var tcp = new TcpLayerOptions
        {
            Secret = new UInt128(DrawLong(), DrawLong()),
            Siblings = siblings,
            MemoryLimit = _options.MemoryLimit,
            MaxConnections = _options.MaxConnections,
        };
        var stack = new NetworkStack(new NetworkStackOptions { Random = Draw, Tcp = tcp });
        var index = stack.AddInterface(port, new InterfaceOptions
        {
            Name = _options.Name,
            Addresses = _options.Addresses,
            Mac = _mac,
            Transparent = _options.Transparent,
        }, _options.Clock());
        AddDefaultRoutes(stack, index, port.Capabilities.Medium);
        var loop = new StackLoop(port, stack, index, $"weir-tcp-{_options.Name}-{number}", _options.Spin, Fail)
        {
            Siblings = siblings,
            InlineContinuations = _options.InlineContinuations,
            Clock = _options.Clock,
        };
        if (!_options.Dhcp)
            return loop;
        if (siblings is not null)
            throw new ArgumentException("DHCP is for a stack with one queue");
        loop.Lease = new StackLease(loop, stack.StartDhcp(index, _options.Clock()));
        return loop;
    }

    private void AddDefaultRoutes(NetworkStack stack, int index, DeviceMedium medium)
    {
        foreach (var any in (IpPrefix[])[new IpPrefix(IpAddressBits.FromIpv4(0), 0), new IpPrefix(0, 0)])
        {
            var gateway = _options.Gateway is { } address && IpAddressBits.IsIpv4(EndPoints.BitsOf(address)) == any.IsIpv4 ? EndPoints.BitsOf(address) : 0;
            // What a TUN device carries needs no neighbour: all of it goes there.
            if (gateway != 0 || medium == DeviceMedium.Ip)
                stack.Routes.Add(new Route { Destination = any, Interface = index, Gateway = gateway });
        }
    }

    private void Fail(Exception exception) => _ended.TrySetResult(exception);

    private static uint Draw()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private static ulong DrawLong() => ((ulong)Draw() << 32) | Draw();

    /// <summary>Locally administered, for one card: IEEE 802 8.2.</summary>
    private static MacAddress RandomMac()
    {
        Span<byte> bytes = stackalloc byte[6];
        RandomNumberGenerator.Fill(bytes);
        bytes[0] = (byte)((bytes[0] & 0xfc) | 0x02);
        return MacAddress.Read(bytes);
    }
}
