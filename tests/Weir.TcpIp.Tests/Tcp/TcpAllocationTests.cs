using Weir.Packets;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.TcpIp.Tests.Tcp;

/// <summary>Two layers that hand each other segments in memory of their own, nothing between.</summary>
[Collection(nameof(Allocations))]
public class TcpAllocationTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_million_segments_allocate_nothing()
    {
        var pair = new Pair(TcpProfile.Default);
        pair.Bulk(segments: 100_000);
        TimeSpan started = Environment.CpuUsage.TotalTime;
        long before = GC.GetAllocatedBytesForCurrentThread();
        pair.Bulk(segments: 1_000_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TimeSpan time = Environment.CpuUsage.TotalTime - started;
        Assert.Equal(0, allocated);
        output.WriteLine($"{time.TotalNanoseconds / 1_000_000:F0} ns for each segment, both sides, its copies and its share of ACKs");
    }

    [Fact]
    public void Round_trips_allocate_nothing()
    {
        var pair = new Pair(TcpProfile.Default with { NoDelay = true });
        pair.RoundTrips(50_000);
        TimeSpan started = Environment.CpuUsage.TotalTime;
        long before = GC.GetAllocatedBytesForCurrentThread();
        pair.RoundTrips(200_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TimeSpan time = Environment.CpuUsage.TotalTime - started;
        Assert.Equal(0, allocated);
        output.WriteLine($"{200_000 / time.TotalSeconds:F0} round trips each second");
    }

    [Fact]
    public void An_idle_connection_takes_less_than_four_kibibytes()
    {
        var pair = new Pair(TcpProfile.Default);
        pair.Open();
        long before = GC.GetAllocatedBytesForCurrentThread();
        const int Connections = 1000;
        for (int i = 0; i < Connections; i++)
            pair.Open();
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / (2 * Connections);
        output.WriteLine($"{each} bytes for each end");
        Assert.InRange(each, 1, 4096);
        Assert.Equal(0, pair.Layers[0].MemoryUsed);
    }

    private sealed class Pair
    {
        private readonly byte[] _data = new byte[65536];
        private readonly Wire[] _wires = new Wire[2];
        private readonly TcpListener _listener;
        private readonly TcpProfile _profile;
        private TimeSpan _now = Start;

        public Pair(TcpProfile profile)
        {
            _profile = profile;
            _wires = [new Wire(1, 2), new Wire(2, 1)];
            Layers = [new TcpLayer(_wires[0], new TcpLayerOptions { Secret = 1 }), new TcpLayer(_wires[1], new TcpLayerOptions { Secret = 2 })];
            _listener = Layers[1].Listen(new TcpListenOptions { Port = 80, Profile = profile });
            (Client, Server) = Open();
        }

        public TcpLayer[] Layers { get; }

        private TcpConnection Client { get; }

        private TcpConnection Server { get; }

        public (TcpConnection Client, TcpConnection Server) Open()
        {
            TcpConnection client = Layers[0].Connect(new TcpConnectOptions { RemoteAddress = 2, RemotePort = 80, Profile = _profile }, null, _now)!;
            while (client.State != TcpState.Established || _listener.Waiting == 0)
                Exchange();
            Assert.True(_listener.TryAccept(out TcpConnection server));
            Exchange();
            return (client, server);
        }

        public void Bulk(int segments)
        {
            long end = Server.Info.SegmentsReceived + segments;
            while (Server.Info.SegmentsReceived < end)
            {
                Client.Write(_data);
                Exchange();
                while (Server.Peek() is { Length: > 0 } bytes)
                    Server.Consume(bytes.Length);
            }
        }

        public void RoundTrips(int count)
        {
            Span<byte> buffer = stackalloc byte[64];
            for (int i = 0; i < count; i++)
            {
                Client.Write(buffer);
                Move(0);
                SimulatedLink.Require(Server.Read(buffer) == 64, "the question is not there");
                Server.Write(buffer);
                Move(1);
                SimulatedLink.Require(Client.Read(buffer) == 64, "the answer is not there");
            }
        }

        private void Exchange()
        {
            Move(0);
            Move(1);
        }

        private void Move(int from)
        {
            _now += TimeSpan.FromMicroseconds(5);
            Layers[from].Transmit(_now);
            _wires[from].Deliver(Layers[1 - from], _now);
            Layers[0].Expire(_now);
            Layers[1].Expire(_now);
        }
    }

    /// <summary>A ring of buffers.</summary>
    private sealed class Wire(UInt128 local, UInt128 remote) : ISegmentPath, ISegmentPaths
    {
        private const int Slots = 256;
        private readonly byte[] _memory = new byte[Slots * 2048];
        private readonly int[] _lengths = new int[Slots];
        private int _count;

        public UInt128 Local => local;

        public UInt128 Remote => remote;

        public int MaxSegment => 1480;

        public int MaxSegmentOffload => 0;

        public ISegmentPath? Find(UInt128 from, UInt128 to) => this;

        public UInt128 ChooseSource(UInt128 to) => local;

        public Span<byte> Begin(int length) => _count == Slots ? [] : _memory.AsSpan(_count * 2048, length);

        public void Send(int length, int segmentSize, byte ecn) => _lengths[_count++] = length;

        public void Deliver(TcpLayer to, TimeSpan now)
        {
            var arrival = new SegmentArrival { Source = local, Destination = remote, IsLocal = true };
            for (int i = 0; i < _count; i++)
                to.Receive(arrival, _memory.AsSpan(i * 2048, _lengths[i]), now);
            _count = 0;
        }
    }
}
