using Weir.TcpIp.Streams;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Tcp;

/// <summary>Many connections under one limit: windows, not losses, keep peers within it.</summary>
public class TcpMemoryTests
{
    private const ushort Port = 80;
    private const long Limit = 2 << 20;
    private static readonly TcpProfile Growing = TcpProfile.Default with { ReceiveCapacity = 16 << 10, MaxReceiveCapacity = 1 << 20 };

    // RFC 9293 3.8.6: what was given is never taken back, which the link watches; so it is not given.
    [Theory]
    [InlineData(1, 10, 4_000)]
    [InlineData(2, 20, 4_000)]
    [InlineData(3, 40, 4_000)]
    [InlineData(4, 20, 100_000)]
    [InlineData(5, 40, 100_000)]
    public void Slow_readers_and_readers_that_stop_all_at_once_lose_no_byte_to_the_memory_limit(int seed, int readers, int bytes)
    {
        var link = new SimulatedLink(new SeededGenerator(seed), new LinkConditions { Delay = 5, Rate = 1e9, QueueDelay = 1000 }, Limit);
        using var transfers = new Transfers(link, readers, 1_000_000);
        transfers.Run(bytes, TimeSpan.FromMilliseconds(readers * 5));
        transfers.Run(0, TimeSpan.FromSeconds(5));
        transfers.Run(10_000, TimeSpan.FromMinutes(10));
        Assert.Equal(0, link.Layers[1].Counters.MemoryDrops);
        Assert.InRange(transfers.MostUsed, Limit / 2, Limit);
        Assert.True(transfers.Finished);
    }

    [Fact]
    public void To_ask_how_much_may_be_offered_makes_no_memory_short()
    {
        var memory = new TcpMemory(16 << 10);
        var stream = new ByteStream(1 << 20);
        var room = new ReceiveRoom(memory);
        Assert.InRange(room.Offer(stream, window: 0, mss: 1000, syn: false), 0, 16 << 10);
        Assert.True(room.IsShort(stream, window: 0));
        Assert.False(memory.IsShort);
        room.NoteIfShort(stream, window: 0);
        Assert.True(memory.IsShort);
    }

    [Fact]
    public void Window_ends_where_memory_does_and_peers_that_it_stopped_hear_when_there_is_some_again()
    {
        // Rings of 32, 16 and 8 KiB are full, of 54 that windows may have.
        var script = new TcpScript(TcpScript.Plain, new TcpLayerOptions { Secret = 5, MemoryLimit = 72 << 10 });
        script.Listen();
        TcpConnection first = Open(script, 1, 32_768);
        Send(script, 32);
        Open(script, 2, 16_384);
        Send(script, 16);
        Open(script, 3, 8192);
        Send(script, 8);
        Assert.Equal(56 << 10, script.Layer.MemoryUsed);

        // The second would need one of 32 KiB.
        script.Path.Sent.Clear();
        first.Consume(32_000);
        script.Transmit();
        Assert.Equal([(32_001, 16_384), (8001, 8320)], Told(script));

        // It is told when the first has no need of its own.
        first.Abort();
        script.Path.Sent.TryDequeue(out _);
        script.Transmit();
        Assert.Equal([(16_001, 16_768)], Told(script));
        Assert.Equal(0, script.Layer.Counters.MemoryDrops);
    }

    [Fact]
    public void Idle_peers_do_not_keep_memory_from_busy_ones()
    {
        var script = new TcpScript(TcpScript.Plain, new TcpLayerOptions { Secret = 5, MemoryLimit = 512 << 10 });
        script.Listen();
        for (int port = 1; port <= 3; port++)
        {
            Open(script, port, 65_535);
            Send(script, 1);
            script.Do(idle => idle.Consume(1000));
        }

        // What the three may still send is counted as long as they may be in the middle of something; who misses it has them looked at.
        Open(script, 4, 8192);
        script.Advance(3000);
        Open(script, 5, 8192);
        Open(script, 6, 65_535);
    }

    [Fact]
    public void Send_buffers_do_not_grow_when_memory_is_short()
    {
        Assert.Equal(128 << 10, SendCapacityUnder(200 << 10));
        Assert.True(SendCapacityUnder(200 << 20) > 128 << 10);
    }

    // A ring is as large as the way to the last byte in it: peers that send one byte from far ahead could take all there is.
    [Fact]
    public void Bytes_far_ahead_of_their_place_take_no_more_than_half_of_the_memory()
    {
        TcpScript script = Hoarders(100);
        Assert.InRange(script.Layer.MemoryUsed, Limit / 4, Limit / 2);
        Assert.True(script.Layer.Counters.MemoryDrops > 0);

        // One that has lost the first segment of its window gets the rest kept, and more than one.
        long drops = script.Layer.Counters.MemoryDrops;
        TcpConnection honest = Shake(script, 1000);
        for (int at = 1001; at < 8000; at += 1000)
            script.Inject($". {at}:{at + 1000}(1000) ack 1");
        script.Inject(". 1:1001(1000) ack 1");
        Assert.Equal(8000, honest.Available);
        Assert.Equal(drops, script.Layer.Counters.MemoryDrops);
    }

    // RFC 2018 8 allows it, net/ipv4/tcp_input.c tcp_prune_ofo_queue does it: a hole that nobody fills is not worth the memory.
    [Fact]
    public void What_waits_for_long_behind_a_hole_goes_when_memory_is_short()
    {
        TcpScript script = Hoarders(100);
        script.Advance(3000);
        Shake(script, 1000);
        script.Advance(1000);
        script.Transmit();
        Assert.Equal(0, script.Layer.MemoryUsed);
    }

    /// <summary>So many connections whose windows were given when there was memory, and of which each then has one byte at the end of its window.</summary>
    private static TcpScript Hoarders(int count)
    {
        var script = new TcpScript(TcpScript.Plain, new TcpLayerOptions { Secret = 5, MemoryLimit = Limit });
        script.Listen(new TcpListenOptions { Backlog = count });
        var connections = new TcpConnection[count];
        for (int i = 0; i < count; i++)
            connections[i] = Shake(script, i + 1);
        uint seen = script.Connection.SendSide.Iss;
        foreach (TcpConnection connection in connections)
        {
            script.RemotePort = connection.RemotePort;
            script.Inject($". 60000:60001(1) ack {1L + (connection.SendSide.Iss - seen)}");
            script.Path.Sent.Clear();
        }

        return script;
    }

    // A byte here and a byte there: the list of what is there is memory too, and can be more than the bytes take.
    [Fact]
    public void List_of_what_came_out_of_order_counts_and_stays_within_the_limit()
    {
        var script = new TcpScript(TcpScript.Plain, new TcpLayerOptions { Secret = 5, MemoryLimit = 1 << 20 });
        script.Listen(new TcpListenOptions { Backlog = 1000 });
        Shake(script, 1);
        SendHoles(script, 1000);
        Assert.Equal(2048 + (1024 * 16), script.Layer.MemoryUsed);
        script.Inject(". 1:2002(2001) ack 1");
        Assert.Equal(2048, script.Layer.MemoryUsed);
        script.Path.Sent.Clear();

        for (int port = 2; port <= 100; port++)
        {
            Shake(script, port);
            SendHoles(script, 1000);
            Assert.InRange(script.Layer.MemoryUsed, 0, (1 << 20) + (1024 * 16));
        }

        Assert.True(script.Layer.Counters.MemoryDrops > 0);
    }

    private static void SendHoles(TcpScript script, int count)
    {
        for (int i = 1; i <= count; i++)
            script.Inject($". {1 + (2 * i)}:{2 + (2 * i)}(1) ack 1");
        script.Path.Sent.Clear();
    }

    private static TcpConnection Shake(TcpScript script, int port)
    {
        script.RemotePort = port;
        script.Inject(TcpScript.PeerSyn);
        script.ExpectAny("S.");
        script.Inject(". 1:1(0) ack 1");
        script.Path.Sent.Clear();
        return script.Accept();
    }

    private static long SendCapacityUnder(long limit)
    {
        var link = new SimulatedLink(new SeededGenerator(1), new LinkConditions { Delay = 20 }, limit);
        TcpListener listener = link.Layers[0].Listen(new TcpListenOptions { Port = Port, Profile = TcpProfile.Default with { ReceiveCapacity = 4 << 20 } });
        TcpConnection writer = link.Layers[1].Connect(new TcpConnectOptions { RemoteAddress = SimulatedLink.AddressOf(0), RemotePort = Port }, null, link.Now)!;
        byte[] data = new byte[100_000];
        for (int step = 0; step < 2000; step++)
        {
            writer.Write(data);
            link.Step();
        }

        listener.Dispose();
        return writer.Info.SendCapacity;
    }

    /// <summary>What was acknowledged, and the window in bytes.</summary>
    private static List<(long? Acknowledged, int Window)> Told(TcpScript script)
    {
        List<(long? Acknowledged, int Window)> told = [];
        while (script.Path.Sent.Count > 0)
        {
            SegmentText segment = script.ExpectAny(".");
            told.Add((segment.Ack, segment.Window!.Value << 7));
        }

        return told;
    }

    private static TcpConnection Open(TcpScript script, int port, int window)
    {
        script.Path.Sent.Clear();
        script.RemotePort = port;
        script.Inject(TcpScript.PeerSyn);
        script.Expect($"S. 0:0(0) ack 1 win {window}");
        script.Inject(". 1:1(0) ack 1");
        script.Connection = script.Accept();
        return script.Connection;
    }

    private static void Send(TcpScript script, int segments)
    {
        script.Path.Sent.Clear();
        for (int at = 1; at < segments * 1000; at += 1000)
            script.Inject($". {at}:{at + 1000}(1000) ack 1");
    }

    /// <summary>As many connections from the first layer to the second: each writes all it can.</summary>
    private sealed class Transfers : IDisposable
    {
        private readonly SimulatedLink _link;
        private readonly TcpListener _listener;
        private readonly TcpConnection[] _writers;
        private readonly List<TcpConnection> _readers = [];
        private readonly int[] _written;
        private readonly Dictionary<TcpConnection, int> _read = [];
        private readonly byte[] _data;
        private readonly byte[] _buffer = new byte[100_000];
        private TimeSpan _nextRead;

        public Transfers(SimulatedLink link, int count, int size)
        {
            (_link, _data, _written) = (link, TcpScript.Pattern(0, size), new int[count]);
            _listener = link.Layers[1].Listen(new TcpListenOptions { Port = Port, Profile = Growing, Backlog = 1000 });
            _writers = new TcpConnection[count];
            for (int i = 0; i < count; i++)
                _writers[i] = link.Layers[0].Connect(new TcpConnectOptions { RemoteAddress = SimulatedLink.AddressOf(1), RemotePort = Port }, null, link.Now)!;
        }

        public long MostUsed { get; private set; }

        public bool Finished => _readers.Count == _writers.Length && _readers.TrueForAll(reader => reader.IsReadFinished && _read[reader] == _data.Length);

        public void Run(int bytes, TimeSpan most)
        {
            TimeSpan end = _link.Now + most;
            while (_link.Now < end && !Finished)
            {
                while (_listener.TryAccept(out TcpConnection accepted))
                {
                    _readers.Add(accepted);
                    _read.Add(accepted, 0);
                }

                for (int i = 0; i < _writers.Length; i++)
                    Write(i);
                for (; _link.Now >= _nextRead; _nextRead = _link.Now + TimeSpan.FromMilliseconds(2))
                {
                    foreach (TcpConnection reader in _readers)
                        Read(reader, bytes);
                }

                MostUsed = Math.Max(MostUsed, _link.Layers[1].MemoryUsed);
                if (!_link.Step())
                    _link.Wait(_nextRead);
            }
        }

        public void Dispose() => _listener.Dispose();

        private void Write(int i)
        {
            if (_written[i] == _data.Length)
                return;
            _written[i] += _writers[i].Write(_data.AsSpan(_written[i]));
            if (_written[i] == _data.Length)
                _writers[i].CloseWrite();
        }

        private void Read(TcpConnection reader, int most)
        {
            int count = reader.Read(_buffer.AsSpan(0, most));
            Assert.True(_buffer.AsSpan(0, count).SequenceEqual(_data.AsSpan(_read[reader], count)));
            _read[reader] += count;
        }
    }
}
