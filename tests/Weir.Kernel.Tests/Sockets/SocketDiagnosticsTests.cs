using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Sockets;
using Weir.Testing;

namespace Weir.Kernel.Tests.Sockets;

public sealed partial class SocketDiagnosticsTests : IDisposable
{
    private readonly List<IDisposable> _made = [];
    private readonly TestNamespace _host;
    private readonly NetworkNamespace _namespace;

    public SocketDiagnosticsTests()
    {
        RootTier.Require("ip", "ss");
        _made.Add(_host = new TestNamespace());
        _made.Add(_namespace = NetworkNamespace.OpenNamed(_host.Name));
    }

    [Fact]
    public void Listening_sockets_are_those_of_ss_with_their_memory_and_processes()
    {
        Open(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp, new IPEndPoint(IPAddress.Loopback, 4080), backlog: 5);
        Open(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp, new IPEndPoint(IPAddress.IPv6Loopback, 4081), backlog: 7);
        Open(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp, new IPEndPoint(IPAddress.Any, 4053));
        Open(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp, new IPEndPoint(IPAddress.IPv6Loopback, 4054));
        using var waiting = Connect(4080);
        using var socket = SocketDiagnostics.Open(_namespace);

        var owners = SocketOwners.Read();
        var ours = socket.List(SocketProtocol.Udp, SocketStates.Listening).Concat(socket.List(SocketProtocol.Tcp, SocketStates.Listening)).Select(found => Line(found, owners));

        var tools = Joined().Replace(_host.Run("ss", "-H", "-ntlpum").Output, " ").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Spaces().Replace(line, " ").Trim());
        Assert.Equal(tools, ours);
        Assert.Equal(4, ours.Count());
    }

    [Fact]
    public void A_connection_is_read_with_what_tcp_knows_and_ends_when_it_is_destroyed()
    {
        Open(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp, new IPEndPoint(IPAddress.Loopback, 4080), backlog: 5);
        using var client = Connect(4080);
        client.Send(new byte[1000]);
        using var socket = SocketDiagnostics.Open(_namespace);
        var local = (IPEndPoint)client.LocalEndPoint!;

        var found = socket.Get(SocketProtocol.Tcp, local, new IPEndPoint(IPAddress.Loopback, 4080))!;

        Assert.Equal((SocketState.TCP_ESTABLISHED, local), (found.State, found.Local));
        Assert.Equal((SocketState.TCP_ESTABLISHED, 1000ul), (found.Tcp!.State, found.Tcp.BytesSent));
        var info = _host.Run("ss", "-H", "-nti", "dport", "=", "4080").Output;
        Assert.Contains($" {found.CongestionControl} ", info, StringComparison.Ordinal);
        Assert.Contains($"wscale:{found.Tcp.SendScale},{found.Tcp.ReceiveScale} ", info, StringComparison.Ordinal);
        Assert.Contains($" mss:{found.Tcp.SendSegmentSize} ", info, StringComparison.Ordinal);
        Assert.Contains($" cwnd:{found.Tcp.CongestionWindow} ", info, StringComparison.Ordinal);
        Assert.Contains($" pmtu:{found.Tcp.PathMtu} ", info, StringComparison.Ordinal);
        Assert.Contains($" snd_wnd:{found.Tcp.SendWindow}", info, StringComparison.Ordinal);
        Assert.Contains(SocketOwners.Read()[found.Inode], owner => owner.Pid == Environment.ProcessId && owner.Descriptor == (int)client.Handle);

        socket.Destroy(found);
        Assert.Equal(SocketError.ConnectionAborted, Assert.Throws<SocketException>(() => client.Receive(new byte[1])).SocketErrorCode);
        Assert.DoesNotContain(socket.List(SocketProtocol.Tcp), other => other.Cookie == found.Cookie && other.State == SocketState.TCP_ESTABLISHED);
        Assert.Throws<NetlinkException>(() => socket.Destroy(found));
    }

    [Fact]
    public void Raw_and_unix_sockets_are_those_of_ss()
    {
        Open(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp, new IPEndPoint(IPAddress.Loopback, 0));
        var name = $"weir-test-{Guid.NewGuid():N}";
        var unix = _namespace.Run(() =>
        {
            var made = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            made.Bind(new UnixDomainSocketEndPoint("\0" + name));
            made.Listen(3);
            return made;
        });
        _made.Add(unix);
        using var socket = SocketDiagnostics.Open(_namespace);

        try
        {
            var raw = Assert.Single(socket.List(SocketProtocol.Raw));
            Assert.Equal((new IPEndPoint(IPAddress.Loopback, 1), SocketState.TCP_CLOSE), (raw.Local, raw.State));
            Assert.Contains("127.0.0.1:1 ", _host.Run("ss", "-H", "-nwl").Output, StringComparison.Ordinal);
        }
        catch (NetlinkException exception)
        {
            // A kernel without raw_diag, where ss reads /proc/net/raw.
            Assert.Equal(((int)Errno.ENOENT, "this kernel can't list them (CONFIG_INET_RAW_DIAG)"), (exception.Errno, exception.ExtendedAck));
        }

        var listening = Assert.Single(socket.ListUnix(SocketStates.Listening));
        Assert.Equal(($"@{name}", 0u, 3u), (listening.Name, listening.ReceiveQueue, listening.SendQueue));
        Assert.Contains($"@{name} {listening.Inode} ", Spaces().Replace(_host.Run("ss", "-H", "-nlx").Output, " "), StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessId, Assert.Single(SocketOwners.Read()[listening.Inode]).Pid);
    }

    public void Dispose()
    {
        foreach (var made in Enumerable.Reverse(_made))
            made.Dispose();
    }

    [GeneratedRegex(@"\n\s+(?=skmem)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Joined();

    [GeneratedRegex(" +", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();

    /// <summary>As ss prints it, with single spaces.</summary>
    private static string Line(InternetSocket socket, SocketOwners owners)
    {
        var udp = socket.Protocol == SocketProtocol.Udp;
        var memory = socket.Memory!.Value;
        var processes = string.Join(',', owners[socket.Inode].Select(owner => $"(\"{owner.Name}\",pid={owner.Pid},fd={owner.Descriptor})"));
        return $"{(udp ? "udp UNCONN" : "tcp LISTEN")} {socket.ReceiveQueue} {socket.SendQueue} {socket.Local} {Peer(socket)} users:({processes}) "
            + $"skmem:(r{memory.Receive},rb{memory.ReceiveLimit},t{memory.Send},tb{memory.SendLimit},f{memory.Forward},w{memory.Queued},o{memory.Options},bl{memory.Backlog},d{memory.Drops})";
    }

    private static string Peer(InternetSocket socket) => socket.Local.AddressFamily == AddressFamily.InterNetwork ? "0.0.0.0:*" : "[::]:*";

    private void Open(AddressFamily family, SocketType type, ProtocolType protocol, IPEndPoint address, int backlog = 0) => _made.Add(_namespace.Run(() =>
    {
        var socket = new Socket(family, type, protocol);
        socket.Bind(address);
        if (backlog > 0)
            socket.Listen(backlog);
        return socket;
    }));

    private Socket Connect(int port) => _namespace.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    });
}
