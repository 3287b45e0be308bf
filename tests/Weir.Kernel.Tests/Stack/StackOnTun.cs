using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Stack;
using Weir.Stack.Devices;
using Weir.TcpIp.Ip;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>A namespace with a TUN or TAP device: the kernel's TCP at .1, Weir's at .2.</summary>
internal sealed class StackOnTun : IAsyncDisposable
{
    internal static readonly IPAddress Kernel = IPAddress.Parse("10.9.0.1"), Ours = IPAddress.Parse("10.9.0.2");
    internal static readonly IPAddress Kernel6 = IPAddress.Parse("fd09::1"), Ours6 = IPAddress.Parse("fd09::2");

    private readonly List<LinuxSocket> _sockets = [];
    private readonly NetworkNamespace _namespace;

    internal StackOnTun(int mtu = 1500, bool offload = true, TunMode mode = TunMode.Tun, int queues = 1, bool napi = false, Func<IPacketPort, IPacketPort>? around = null)
    {
        Host = new TestNamespace();
        Host.Run("sysctl", "-qw", "net.ipv4.tcp_congestion_control=reno");
        Host.Ip($"tuntap add mode {(mode == TunMode.Tun ? "tun" : "tap")} name tun0{(queues > 1 ? " multi_queue" : "")}");
        Host.Ip($"link set tun0 mtu {mtu}");
        Host.Ip("addr add 10.9.0.1/24 dev tun0");
        if (mtu >= 1280)
            Host.Ip("addr add fd09::1/64 dev tun0 nodad");
        Host.Ip("link set tun0 up");
        _namespace = NetworkNamespace.OpenNamed(Host.Name);
        var options = new TunQueueOptions { Name = "tun0", Mode = mode, Mtu = mtu, Offload = offload, Napi = napi, MultiQueue = queues > 1 };
        Queues = [.. Enumerable.Range(0, queues).Select(_ => TunQueue.Open(_namespace, options))];
        Stack = TcpStack.Start([.. Queues.Select(queue => around is null ? queue : around(queue))], new TcpStackOptions
        {
            Name = "tun0",
            Addresses = mtu >= 1280 ? [IpPrefix.Parse("10.9.0.2/24"), IpPrefix.Parse("fd09::2/64")] : [IpPrefix.Parse("10.9.0.2/24")],
            NameServers = [Kernel],
        });
    }

    internal TestNamespace Host { get; }

    internal IReadOnlyList<TunQueue> Queues { get; }

    internal TcpStack Stack { get; }

    internal static CancellationToken Within(int seconds) => CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken, new CancellationTokenSource(TimeSpan.FromSeconds(seconds)).Token).Token;

    /// <summary>A TCP socket of the kernel, in the namespace.</summary>
    internal Socket KernelSocket(AddressFamily family = AddressFamily.InterNetwork)
    {
        const int inet = 2, inet6 = 10, stream = 1;
        var socket = LinuxSocket.Open(_namespace, family == AddressFamily.InterNetwork ? inet : inet6, stream, 0);
        lock (_sockets)
            _sockets.Add(socket);
        return new Socket(new SafeSocketHandle(socket.Descriptor, ownsHandle: false));
    }

    internal Socket KernelListener(IPEndPoint endpoint, int backlog = 4096)
    {
        var socket = KernelSocket(endpoint.AddressFamily);
        socket.Bind(endpoint);
        socket.Listen(backlog);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        await Stack.DisposeAsync();
        foreach (var socket in _sockets)
            socket.Dispose();
        _namespace.Dispose();
        Host.Dispose();
    }
}
