using System.Net;
using System.Net.Sockets;
using Weir.Host.Conntrack;
using Weir.Linux;
using Weir.Netlink.Conntrack;
using Weir.Netlink.Protocol;
using Weir.Rules.Conntrack;
using Weir.Testing;

namespace Weir.Kernel.Tests.Conntrack;

public sealed class ConntrackTests : IDisposable
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    private readonly List<Socket> _sockets = [];
    private readonly List<IDisposable> _made = [];

    [Fact]
    public void The_list_is_the_tools_to_the_byte_and_the_text_goes_both_ways()
    {
        var ns = Host();
        Traffic(ns);

        var (ours, tools) = ("", "");
        // A second may pass between the two.
        Assert.True(Eventually.Within(Wait, () =>
        {
            ours = string.Concat(ConntrackModel.Read(ns, TimeProvider.System.GetUtcNow()).Select(flow => ConntrackText.Print(flow) + "\n"));
            tools = Conntrack("-L");
            return ours == tools;
        }), $"{ours}\n{tools}");
        Assert.InRange(ours.Split('\n').Length, 7, 12);
        var parsed = ConntrackText.Parse(tools);
        Assert.Empty(parsed.Findings);
        Assert.Equal(tools, parsed.Model.ToString());
    }

    [Fact]
    public void A_mark_is_set_an_entry_is_deleted_and_all_are_flushed()
    {
        var ns = Host();
        Traffic(ns);
        using var socket = ConntrackSocket.Open(ns);
        var tcp = socket.List(AddressFamily.InterNetwork).First(entry => entry.Original is { Protocol: 6, DestinationPort: 4080 });

        socket.SetMark(tcp.Original!, 0x220);
        Assert.Contains("mark=544", Conntrack("-L -p tcp"), StringComparison.Ordinal);
        socket.SetMark(tcp.Original!, 0x500, 0xf00);
        Assert.Equal(0x520u, socket.Get(tcp.Original!)!.Mark);
        Assert.Equal(tcp.Original, socket.Get(tcp.Original!)!.Original);

        Assert.Equal((int)Errno.ENOENT, Assert.Throws<NetlinkException>(() => socket.Delete(tcp.Original!, tcp.Id + 1)).Errno);
        socket.Delete(tcp.Original!, tcp.Id);
        Assert.Null(socket.Get(tcp.Original!));
        Assert.Equal((int)Errno.ENOENT, Assert.Throws<NetlinkException>(() => socket.Delete(tcp.Original!)).Errno);
        var zoned = socket.List().Single(entry => entry.Zone == 5);
        Assert.Null(socket.Get(zoned.Original!));
        Assert.Equal(zoned.Id, socket.Get(zoned.Original!, zone: 5)!.Id);

        Assert.All(socket.List(), entry => Assert.True(entry.OriginalCounters!.Value.Packets > 0));
        socket.ForEachAndZeroCounters(AddressFamily.Unspecified, _ => { });
        Assert.All(socket.List(), entry => Assert.Equal(0ul, entry.OriginalCounters!.Value.Packets));
        socket.Flush(AddressFamily.InterNetworkV6);
        Assert.Empty(socket.List(AddressFamily.InterNetworkV6));
        Assert.NotEmpty(socket.List(AddressFamily.InterNetwork));
        socket.Flush();
        Assert.Empty(Conntrack("-L"));
    }

    [Fact]
    public async Task Connections_are_heard_of_as_they_begin_change_and_end()
    {
        var ns = Host();
        using var monitor = ConntrackMonitor.Open(ns);
        using var socket = ConntrackSocket.Open(ns);
        using var stop = new CancellationTokenSource(Wait);
        Traffic(ns);
        var tuple = socket.List().First(entry => entry.Original is { Protocol: 6, DestinationPort: 4080 }).Original!;
        socket.SetMark(tuple, 7);
        socket.Delete(tuple);

        var seen = new List<ConntrackEvent>();
        await foreach (var happened in monitor.Read(stop.Token))
        {
            if (TupleOf(happened) == tuple)
                seen.Add(happened);
            if (seen.Count > 0 && seen[^1] is ConntrackDestroyed)
                break;
        }

        Assert.IsType<ConntrackCreated>(seen[0]);
        Assert.Contains(seen, happened => happened is ConntrackChanged { Entry.Mark: 7 });
        Assert.Contains(seen, happened => happened is ConntrackChanged { Entry.TcpState: 3 });
    }

    [Fact]
    public async Task Lost_events_are_told_and_the_monitor_goes_on()
    {
        var ns = Host();
        using var monitor = ConntrackMonitor.Open(ns, receiveBuffer: 4096);
        using var stop = new CancellationTokenSource(Wait);
        using var sender = ns.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        for (var port = 10_000; port < 10_500; port++)
            sender.SendTo([1], new IPEndPoint(IPAddress.Loopback, port));

        var (lost, after) = (false, false);
        var next = 11_000;
        await foreach (var happened in monitor.Read(stop.Token))
        {
            lost |= happened is ConntrackEventsLost;
            after |= lost && happened is ConntrackCreated { Entry.Original.DestinationPort: >= 11_000 };
            if (after)
                break;
            if (lost)
                sender.SendTo([1], new IPEndPoint(IPAddress.Loopback, next++));
        }

        Assert.True(lost && after);
    }

    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
        foreach (var made in Enumerable.Reverse(_made))
            made.Dispose();
    }

    private static ConntrackTuple? TupleOf(ConntrackEvent happened) => happened switch
    {
        ConntrackCreated { Entry: var entry } => entry.Original,
        ConntrackChanged { Entry: var entry } => entry.Original,
        ConntrackDestroyed { Entry: var entry } => entry.Original,
        _ => null,
    };

    private string Conntrack(string line) => ((TestNamespace)_made[0]).Run("conntrack", line.Split(' ')).Output;

    /// <summary>A namespace that tracks connections, with counters and times.</summary>
    private NetworkNamespace Host()
    {
        RootTier.Require("ip", "iptables", "conntrack", "ping");
        var made = new TestNamespace();
        _made.Add(made);
        var ns = NetworkNamespace.OpenNamed(made.Name);
        _made.Add(ns);
        made.Run("sysctl", "-qw", "net.netfilter.nf_conntrack_acct=1", "net.netfilter.nf_conntrack_timestamp=1");
        foreach (var line in new[] { "iptables -A OUTPUT -m conntrack --ctstate NEW", "ip6tables -A OUTPUT -m conntrack --ctstate NEW", "iptables -t nat -A OUTPUT -p tcp --dport 4081 -j DNAT --to 127.0.0.1:4080",
            "iptables -t raw -A OUTPUT -p udp --dport 4056 -j CT --zone 5" })
            made.Run(line.Split(' ')[0], line.Split(' ')[1..]);
        return ns;
    }

    private void Traffic(NetworkNamespace ns)
    {
        _sockets.AddRange(ns.Run<Socket[]>(() =>
        {
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 4080));
            listener.Listen();
            Socket[] clients = [new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)];
            clients[0].Connect(IPAddress.Loopback, 4080);
            clients[1].Connect(IPAddress.Loopback, 4081);
            var four = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            four.SendTo([1], new IPEndPoint(IPAddress.Loopback, 4053));
            four.SendTo([1], new IPEndPoint(IPAddress.Loopback, 4056));
            var six = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            six.SendTo([1], new IPEndPoint(IPAddress.IPv6Loopback, 4053));
            return [listener, .. clients, four, six];
        }));
        ((TestNamespace)_made[0]).Run("ping", "-qc1", "127.0.0.1");
        ((TestNamespace)_made[0]).Run("ping", "-6", "-qc1", "::1");
    }
}
