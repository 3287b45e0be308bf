using System.Net;
using System.Buffers.Binary;
using Weir.Capture;
using Weir.Capture.Steering;
using Weir.Linux;
using Weir.Packets;
using Weir.Testing;

namespace Weir.Kernel.Tests.Capture;

public class InlineDatapathTests
{
    private const int AF_PACKET = 17, SOCK_RAW = 3, ETH_P_ALL_BE = 0x0300;

    [Fact]
    public void With_a_heartbeat_unicast_comes_up_with_the_ports_marker_and_multicast_does_not()
    {
        RootTier.Require("ip", "ping");
        using CaptureBench bench = new();
        TestWorkload db = bench.Host[0], web = bench.Host[1];
        bench.Ping(web, db.Address4);
        bench.Capture(db);
        using InlineDatapath datapath = InlineDatapath.Open(bench.Captures, 1024);
        using LinuxSocket pipe = OpenPipe(datapath);
        datapath.Heartbeat();
        ToolResult lost = web.Namespace.Try("ping", "-c", "1", "-W", "1", db.Address4);
        Assert.NotEqual(0, lost.ExitCode);

        byte[] frame = Receive(pipe, datapath, frame => frame[12] == 8 && frame[13] == 0);
        Assert.Equal(PortMarker.Of(1), frame[..6]);
        IReadOnlyDictionary<string, ulong> counters = datapath.Counters(1);
        Assert.True(counters["toward_judged_frames"] >= 1);
        Assert.True(counters["toward_untouched_frames"] + counters["from_untouched_frames"] + counters["toward_fail_open_frames"] >= 0);
        Assert.Equal(0ul, counters["toward_fail_closed_frames"]);
    }

    [Fact]
    public void A_returned_frame_reaches_the_workload_with_its_real_address()
    {
        RootTier.Require("ip", "ping");
        using CaptureBench bench = new();
        TestWorkload db = bench.Host[0], web = bench.Host[1];
        bench.Ping(web, db.Address4);
        bench.Capture(db);
        using InlineDatapath datapath = InlineDatapath.Open(bench.Captures, 1024);
        using LinuxSocket pipe = OpenPipe(datapath);
        using CancellationTokenSource stop = new();
        // The simplest enforcer: everything goes back as it came.
        Thread loop = new(() => Reflect(pipe, datapath, stop.Token)) { Name = "reflect", IsBackground = true };
        loop.Start();
        Eventually.True(TimeSpan.FromSeconds(10), () => web.Namespace.Try("ping", "-c", "1", "-W", "1", db.Address4).Succeeded, "a ping through the pipe");
        bench.Ping(web, db.Address6, 3);
        bench.Ping(db, web.Address4, 3);
        ulong judged = datapath.Counters(1)["toward_judged_frames"] + datapath.Counters(1)["from_judged_frames"];
        stop.Cancel();
        loop.Join();
        Assert.InRange(judged, 8ul, 10_000ul);
        Assert.Equal(0ul, datapath.UnknownMarkers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_silent_enforcer_is_passed_by_or_cut_off_within_a_second(bool failClosed)
    {
        RootTier.Require("ip", "ping");
        using CaptureBench bench = new(2, failClosed);
        TestWorkload db = bench.Host[0], web = bench.Host[1];
        bench.Ping(web, db.Address4);
        bench.Capture(db);
        using InlineDatapath datapath = InlineDatapath.Open(bench.Captures, 1024);
        datapath.Heartbeat();
        TimeSpan start = MonotonicClock.Now;
        string counter = failClosed ? "toward_fail_closed_frames" : "toward_fail_open_frames";
        RunningTool ping = web.Namespace.Start("ping", "-i", "0.02", "-n", db.Address4);
        Eventually.True(TimeSpan.FromSeconds(5), () => datapath.Counters(1)[counter] > 0, counter);
        TimeSpan silent = MonotonicClock.Now - start;
        Eventually.Within(TimeSpan.FromMilliseconds(200), () => false);
        Tool.Run("kill", "-INT", $"{ping.Pid}");
        ping.WaitForExit(TimeSpan.FromSeconds(5));

        Assert.InRange(silent.TotalSeconds, 0.3, 2.5);
        Assert.Equal(failClosed, !ping.Output.Contains("bytes from", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"decided after {silent.TotalMilliseconds:0} ms");
    }

    [Fact]
    public void A_settled_session_passes_and_counts_without_user_space_and_a_new_generation_takes_it_back()
    {
        RootTier.Require("ip", "ping", "socat");
        using CaptureBench bench = new();
        TestWorkload db = bench.Host[0], web = bench.Host[1];
        bench.Ping(web, db.Address4);
        bench.Ping(web, db.Address6);
        // Unicast neighbour discovery goes up like everything else, and nobody answers there.
        db.Namespace.Ip($"-6 neighbour replace {web.Address6} lladdr {Ethernet(web)} dev eth0 nud permanent");
        web.Namespace.Ip($"-6 neighbour replace {db.Address6} lladdr {Ethernet(db)} dev eth0 nud permanent");
        bench.Capture(db);
        using InlineDatapath datapath = InlineDatapath.Open(bench.Captures, 1024);
        datapath.Settled.SetGeneration(5);
        using Beat beat = new(datapath);
        foreach ((string client, string server, string flags) in new[] { (web.Address4, db.Address4, "UDP4"), (web.Address6, $"[{db.Address6}]", "UDP6") })
        {
            UInt128 from = Number(IPAddress.Parse(client)), to = Number(IPAddress.Parse(server.Trim('[', ']')));
            ushort port = (ushort)(flags == "UDP4" ? 7001 : 7011);
            db.Namespace.Start("socat", $"{flags}-RECVFROM:{port},fork", "EXEC:cat");
            db.Namespace.WaitForUdp(port);
            Assert.True(datapath.Settled.Add(1, 17, from, to, 7002, port, 5));
            Assert.True(datapath.Settled.Add(1, 17, to, from, port, 7002, 5));

            Assert.Equal("hello", Ask(web, flags, server, port));
            Assert.True(datapath.Settled.Read(1, 17, from, to, 7002, port, out ulong packets, out ulong bytes, out ulong lastSeen));
            Assert.Equal(1ul, packets);
            Assert.Equal(flags == "UDP4" ? 14ul + 20 + 8 + 6 : 14ul + 40 + 8 + 6, bytes);
            Assert.InRange((double)(MonotonicClock.Nanoseconds - lastSeen), 0, 20e9);

            datapath.Settled.SetGeneration(6);
            Assert.Equal("", Ask(web, flags, server, port));
            datapath.Settled.SetGeneration(5);
            Assert.True(datapath.Settled.Remove(1, 17, to, from, port, 7002, out packets, out _, out _));
            Assert.Equal(1ul, packets);
            Assert.Single(datapath.Settled.ReadAll());
            Assert.True(datapath.Settled.Remove(1, 17, from, to, 7002, port, out _, out _, out _));
        }
    }

    [Fact]
    public void A_strict_port_drops_what_has_another_source_and_a_lax_one_only_counts_it()
    {
        RootTier.Require("ip", "ping");
        using CaptureBench bench = new();
        TestWorkload db = bench.Host[0];
        bench.Capture(db);
        using InlineDatapath datapath = InlineDatapath.Open(bench.Captures, 1024);
        byte[] frame = [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0, .. new byte[50]];
        using LinuxSocket raw = Packet(db.Namespace.Name, 2);
        raw.Send(frame);
        Eventually.True(TimeSpan.FromSeconds(2), () => datapath.Counters(1)["from_foreign_source_frames"] == 1, "counted");
        datapath.SetStrict(1, true);
        raw.Send(frame);
        Eventually.True(TimeSpan.FromSeconds(2), () => datapath.Counters(1)["from_foreign_source_dropped_frames"] == 1, "dropped");
    }

    [Fact]
    public void A_new_data_path_takes_over_from_one_that_died()
    {
        RootTier.Require("ip", "ping");
        using CaptureBench bench = new();
        bench.Capture(bench.Host[0]);
        InlineDatapath first = InlineDatapath.Open(bench.Captures, 1024);
        using InlineDatapath second = InlineDatapath.Open(bench.NewProcess(), 1024);
        Assert.Empty(bench.Captures.Verify());
        bench.Ping(bench.Host[1], bench.Host[0].Address4);
        Assert.True(second.Counters(1)["toward_fail_open_frames"] > 0);
        Assert.Equal(0ul, first.Counters(1)["toward_fail_open_frames"]);
    }

    [Fact]
    public void A_data_path_without_captured_workloads_leaves_nothing_when_it_is_closed()
    {
        RootTier.Require("ip");
        using CaptureBench bench = new(1);
        using (InlineDatapath datapath = InlineDatapath.Open(bench.Captures, 64))
        {
            bench.Capture(bench.Host[0]);
            datapath.Attach(bench.Captures.List()[0]);
            bench.Captures.Release(bench.Host[0].Name);
            Assert.True(NetworkNamespace.NamedExists(bench.WeirName));
        }

        Assert.False(NetworkNamespace.NamedExists(bench.WeirName));
    }

    private static string Ask(TestWorkload from, string flags, string server, ushort port) =>
        Tool.Try(TimeSpan.FromSeconds(20), "ip", ["netns", "exec", from.Namespace.Name, "timeout", "3", "socat", "-t", "1", "-", $"{flags}:{server}:{port},sourceport=7002,reuseaddr"], "hello\n").Output.Trim();

    private static string Ethernet(TestWorkload workload) => workload.Namespace.Run("cat", "/sys/class/net/eth0/address").Output.Trim();

    private static UInt128 Number(IPAddress address) => BinaryPrimitives.ReadUInt128BigEndian(address.MapToIPv6().GetAddressBytes());

    private static LinuxSocket OpenPipe(InlineDatapath datapath)
    {
        LinuxSocket socket = LinuxSocket.Open(datapath.Namespace, AF_PACKET, SOCK_RAW, ETH_P_ALL_BE);
        // PACKET_IGNORE_OUTGOING: what is sent back must not come up again.
        socket.SetOption(263, 23, 1);
        Bind(socket, datapath.PipeIndex);
        return socket;
    }

    private static LinuxSocket Packet(string ns, int index)
    {
        using NetworkNamespace workload = NetworkNamespace.OpenNamed(ns);
        LinuxSocket socket = LinuxSocket.Open(workload, AF_PACKET, SOCK_RAW, 0);
        Bind(socket, index);
        return socket;
    }

    private static void Bind(LinuxSocket socket, int index)
    {
        var address = new byte[20];
        BinaryPrimitives.WriteUInt16LittleEndian(address, AF_PACKET);
        BinaryPrimitives.WriteUInt16LittleEndian(address.AsSpan(2), ETH_P_ALL_BE);
        BinaryPrimitives.WriteInt32LittleEndian(address.AsSpan(4), index);
        socket.Bind(address);
    }

    private static byte[] Receive(LinuxSocket pipe, InlineDatapath datapath, Predicate<byte[]> wanted)
    {
        byte[]? found = null;
        var buffer = new byte[70000];
        Eventually.True(TimeSpan.FromSeconds(5), () =>
        {
            datapath.Heartbeat();
            int length = pipe.Receive(buffer, new byte[20], out _, wait: false);
            if (length > 14 && wanted(buffer[..length]))
                found = buffer[..length];
            return found is not null;
        }, "a frame on the pipe");
        return found!;
    }

    private static void Reflect(LinuxSocket pipe, InlineDatapath datapath, CancellationToken stop)
    {
        var buffer = new byte[70000];
        var sender = new byte[20];
        while (!stop.IsCancellationRequested)
        {
            datapath.Heartbeat();
            if (!pipe.WaitReadable(TimeSpan.FromMilliseconds(20)))
                continue;
            int length = pipe.Receive(buffer, sender, out _, wait: false);
            if (length > 0)
                pipe.Send(buffer.AsSpan(0, length));
        }
    }

    /// <summary>An enforcer that lives and does nothing; it ends before the data path is closed.</summary>
    private sealed class Beat : IDisposable
    {
        private readonly ManualResetEventSlim stop = new();
        private readonly Thread thread;

        public Beat(InlineDatapath datapath)
        {
            thread = new Thread(() =>
            {
                while (!stop.Wait(20, CancellationToken.None))
                    datapath.Heartbeat();
            })
            { IsBackground = true };
            datapath.Heartbeat();
            thread.Start();
        }

        public void Dispose()
        {
            stop.Set();
            thread.Join();
            stop.Dispose();
        }
    }
}
