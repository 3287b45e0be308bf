using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Packets;
using Weir.Stack;
using Weir.Stack.Devices;
using Weir.Stack.Forwarding;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>
/// client's namespace ── tun0 ── transparent stack ▸ forwarder ▸ another stack ── tun1 ── server's namespace.
/// The kernel's TCP at both ends, Weir's between them; each side sees the other one's own address.
/// </summary>
internal sealed class ForwardedHost : IAsyncDisposable
{
    internal const string Server = "198.51.100.7", Server6 = "2001:db8::7", Client = "10.9.0.1";

    private readonly NetworkNamespace _client, _server;
    private readonly TcpStack _near, _far;
    private readonly bool _viaKernel;
    private TcpForwarder? _forwarder;

    private ForwardedHost(bool viaKernel)
    {
        _viaKernel = viaKernel;
        Prepare(ClientSide, "tun0", "10.9.0.1/24", "fd09::1/64");
        ClientSide.Ip("route add default dev tun0");
        ClientSide.Ip("-6 route add default dev tun0");
        Prepare(ServerSide, "tun1", "10.8.0.1/24", "fd08::1/64");
        ServerSide.Ip($"addr add {Server}/32 dev lo");
        ServerSide.Ip($"addr add {Server6}/128 dev lo nodad");
        ServerSide.Ip("route add 10.9.0.0/24 dev tun1");
        ServerSide.Ip("-6 route add fd09::/64 dev tun1");
        ServerSide.Run("sysctl", "-qw", "net.core.somaxconn=4096");
        _client = NetworkNamespace.OpenNamed(ClientSide.Name);
        _server = NetworkNamespace.OpenNamed(ServerSide.Name);
        _near = TcpStack.StartTun(_client, new TunQueueOptions { Name = "tun0" }, new TcpStackOptions { Name = "near", Addresses = [IpPrefix.Parse("10.9.0.2/24"), IpPrefix.Parse("fd09::2/64")], Transparent = true });
        _far = TcpStack.StartTun(_server, new TunQueueOptions { Name = "tun1" }, new TcpStackOptions { Name = "far", Addresses = [IpPrefix.Parse("10.8.0.2/24"), IpPrefix.Parse("fd08::2/64")], Transparent = true });
    }

    internal TestNamespace ClientSide { get; } = new();

    internal TestNamespace ServerSide { get; } = new();

    /// <summary>The stack that has the server's namespace on the other side.</summary>
    internal TcpStack Far => _far;

    internal int Open => _forwarder!.Open;

    /// <param name="viaKernel">The way on is a socket of the kernel in the server's namespace, not a connection of ours.</param>
    internal static async Task<ForwardedHost> StartAsync(bool viaKernel = false)
    {
        var host = new ForwardedHost(viaKernel);
        host._forwarder = await TcpForwarder.StartAsync(host._near, host.DialAsync);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        if (_forwarder is { } forwarder)
            await forwarder.DisposeAsync();
        await _near.DisposeAsync();
        await _far.DisposeAsync();
        _client.Dispose();
        _server.Dispose();
        ClientSide.Dispose();
        ServerSide.Dispose();
    }

    private async ValueTask<Stream> DialAsync(IncomingConnection incoming, CancellationToken gone)
    {
        if (_viaKernel)
            return await DialByKernelAsync(incoming.LocalEndPoint, gone);
        return await _far.ConnectAsync(
            new TcpConnectOptions
            {
                RemoteAddress = IpAddressBits.From(incoming.LocalEndPoint.Address),
                RemotePort = (ushort)incoming.LocalEndPoint.Port,
                LocalAddress = IpAddressBits.From(incoming.RemoteEndPoint.Address),
                LocalPort = (ushort)incoming.RemoteEndPoint.Port,
            },
            gone);
    }

    private async ValueTask<Stream> DialByKernelAsync(IPEndPoint target, CancellationToken gone)
    {
        var socket = _server.Run(() => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            await socket.ConnectAsync(target, gone);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Prepare(TestNamespace side, string device, string address, string address6)
    {
        side.Run("sysctl", "-qw", "net.ipv4.tcp_congestion_control=reno");
        side.Ip($"tuntap add mode tun name {device}");
        side.Ip($"addr add {address} dev {device}");
        side.Ip($"addr add {address6} dev {device} nodad");
        side.Ip($"link set {device} up");
    }
}
