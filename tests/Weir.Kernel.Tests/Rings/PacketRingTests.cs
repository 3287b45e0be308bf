using Weir.Linux;
using Weir.Linux.Rings;
using Weir.Testing;

namespace Weir.Kernel.Tests.Rings;

public sealed class PacketRingTests
{
    private const string Receive = """
        import hashlib, socket, sys
        s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('10.88.0.2', 7000)); s.listen()
        c, _ = s.accept(); h = hashlib.sha256(); n = 0
        while (b := c.recv(1 << 20)): h.update(b); n += len(b)
        c.sendall(f'{n} {h.hexdigest()}'.encode()); c.close()
        """;

    private const string Send = """
        import hashlib, random, socket, sys
        total = int(sys.argv[1]); block = random.Random(7).randbytes(1 << 20); h = hashlib.sha256()
        s = socket.create_connection(('10.88.0.2', 7000), 10); s.settimeout(60)
        for _ in range(total >> 20): s.sendall(block); h.update(block)
        s.shutdown(socket.SHUT_WR); answer = b''
        while (b := s.recv(4096)): answer += b
        assert answer.decode() == f'{total} {h.hexdigest()}', answer
        """;

    [Fact]
    public void Segments_of_64_KiB_and_partial_checksums_go_through_and_back_whole()
    {
        RootTier.Require("ip", "tc", "python3");
        using var path = new RingPath(PacketRingOptions.Pipe);
        Transfer(path, megabytes: 256);
        path.Stop();
        Assert.True(path.LongestFrame > 30_000, $"longest frame {path.LongestFrame}");
        Assert.True(path.PartialChecksums > 0);
        Assert.Equal(0, path.Truncated);
        Assert.Equal(0UL, path.Ring.SendFailures);
        Assert.Equal(0UL, path.Ring.ReadDrops());
    }

    [Fact]
    public void Frames_longer_than_a_small_slot_are_read_whole_and_in_order()
    {
        RootTier.Require("ip", "tc", "python3");
        using var path = new RingPath(PacketRingOptions.Pipe with { SlotBytes = 512, Slots = 4096 });
        Transfer(path, megabytes: 64);
        path.Stop();
        Assert.Equal(0, path.Truncated);
        Assert.Equal(0UL, path.Ring.ReadDrops());
    }

    [Fact]
    public void The_pipe_does_not_see_its_own_frames_again()
    {
        RootTier.Require("ip", "tc", "ping");
        using var path = new RingPath(PacketRingOptions.Pipe);
        path.Client.Run("ping", "-c", "20", "-i", "0.01", "-q", RingPath.ServerAddress);
        path.Stop();
        Assert.Equal(40, path.Frames);
        Assert.Equal(0, path.Outgoing);
    }

    [Fact]
    public void A_frame_that_is_not_returned_does_not_arrive()
    {
        RootTier.Require("ip", "tc", "ping");
        using var path = new RingPath(PacketRingOptions.Pipe, (_, _) => false);
        ToolResult ping = path.Client.Try("ping", "-c", "2", "-W", "1", "-i", "0.1", "-q", RingPath.ServerAddress);
        Assert.NotEqual(0, ping.ExitCode);
        path.Stop();
        Assert.Equal(2, path.Frames);
    }

    [Fact]
    public void A_tap_sees_both_directions_and_knows_them_apart()
    {
        RootTier.Require("ip", "tc", "ping");
        using var path = new RingPath(PacketRingOptions.Pipe);
        using NetworkNamespace client = NetworkNamespace.OpenNamed(path.Client.Name);
        using PacketRing tap = PacketRing.Open(client, "eth0", PacketRingOptions.Tap);
        path.Client.Run("ping", "-c", "10", "-i", "0.01", "-q", RingPath.ServerAddress);
        int outgoing = 0, incoming = 0;
        Eventually.True(TimeSpan.FromSeconds(5), () =>
        {
            int count = tap.Receive(TimeSpan.FromMilliseconds(1));
            for (int i = 0; i < count; i++)
                _ = tap.IsOutgoing(i) ? outgoing++ : incoming++;
            tap.Release();
            return outgoing == 10 && incoming == 10;
        }, "ten frames each way");
    }

    [Fact]
    public void A_full_ring_counts_what_it_lost_and_goes_on()
    {
        RootTier.Require("ip", "tc", "ping");
        using var path = new RingPath(PacketRingOptions.Pipe);
        using NetworkNamespace client = NetworkNamespace.OpenNamed(path.Client.Name);
        using PacketRing tap = PacketRing.Open(client, "eth0", PacketRingOptions.Tap with { Slots = 64 });
        path.Client.Run("ping", "-c", "100", "-i", "0.002", "-q", RingPath.ServerAddress);
        Assert.Equal(136UL, tap.ReadDrops());
        int first = tap.Receive(TimeSpan.Zero);
        tap.Release();
        Assert.Equal(64, first);
        path.Client.Run("ping", "-c", "1", "-q", RingPath.ServerAddress);
        Assert.Equal(2, tap.Receive(TimeSpan.FromSeconds(1)));
        tap.Release();
    }

    [Fact]
    public void Wake_ends_a_wait()
    {
        RootTier.Require("ip");
        using var ns = new TestNamespace();
        using NetworkNamespace open = NetworkNamespace.OpenNamed(ns.Name);
        using PacketRing ring = PacketRing.Open(open, "lo", PacketRingOptions.Pipe);
        ring.Wake();
        long start = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, ring.Receive(TimeSpan.FromSeconds(30)));
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_link_that_does_not_exist_is_named_in_the_error()
    {
        RootTier.Require("ip");
        using var ns = new TestNamespace();
        using NetworkNamespace open = NetworkNamespace.OpenNamed(ns.Name);
        LinuxException error = Assert.Throws<LinuxException>(() => PacketRing.Open(open, "nosuch0", PacketRingOptions.Pipe));
        Assert.Contains("nosuch0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_warm_ring_allocates_nothing()
    {
        RootTier.Require("ip", "tc", "ping");
        long before = -1, after = 0;
        int calls = 0;
        using var path = new RingPath(PacketRingOptions.Pipe, (_, _) =>
        {
            after = GC.GetAllocatedBytesForCurrentThread();
            if (++calls == 20)
                before = after;
            return true;
        });
        path.Client.Run("ping", "-c", "200", "-i", "0.002", "-q", RingPath.ServerAddress);
        path.Stop();
        Assert.True(calls > 300);
        Assert.Equal(before, after);
    }

    private static void Transfer(RingPath path, int megabytes)
    {
        path.Server.Start("python3", "-c", Receive);
        path.Server.WaitForListener(7000);
        path.Client.Run("python3", "-c", Send, $"{(long)megabytes << 20}");
    }
}
