using Weir.Packets;
using Weir.Testing;
using Weir.TcpIp.Tcp;

namespace Weir.TcpIp.Tests.Tcp;

/// <summary>What a simulated link does to segments. Percents; times in milliseconds.</summary>
internal sealed record LinkConditions
{
    public double Loss { get; init; }

    public double Duplication { get; init; }

    public double Reordering { get; init; }

    /// <summary>The checksum finds these: to TCP they are lost.</summary>
    public double Corruption { get; init; }

    public double Delay { get; init; } = 1;

    public double Jitter { get; init; }

    /// <summary>Bytes of the largest segment.</summary>
    public int MaxSegment { get; init; } = 1480;

    /// <summary>0: no device cuts segments.</summary>
    public int MaxSegmentOffload { get; init; }

    /// <summary>Bits per second; 0: no limit.</summary>
    public double Rate { get; init; }

    /// <summary>With a rate: what waits longer is dropped.</summary>
    public double QueueDelay { get; init; } = 50;
}

/// <summary>Two TCP layers and what lies between them, under one clock of their own. The same seed gives the same run.</summary>
internal sealed class SimulatedLink
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromSeconds(130);

    private readonly PriorityQueue<(int To, byte[] Bytes), (long At, long Order)> _onTheWay = new();
    private readonly SeededGenerator _random;
    private readonly LinkConditions _conditions;
    private readonly TimeSpan[] _free = new TimeSpan[2];
    private long _order;

    private readonly Dictionary<int, WindowWatch> _watches = [];

    /// <param name="random">Decides what the link does.</param>
    /// <param name="conditions">How often.</param>
    /// <param name="memory">The second layer's limit; 0: the usual one.</param>
    public SimulatedLink(SeededGenerator random, LinkConditions conditions, long memory = 0)
    {
        (_random, _conditions) = (random, conditions);
        Layers = [NewLayer(0, 0), NewLayer(1, memory)];
    }

    public TcpLayer[] Layers { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    public long SegmentsSent => _order;

    /// <summary>Takes what is due to whom it is for; then lets both send. False: nothing is left that could happen.</summary>
    public bool Step()
    {
        Layers[0].Transmit(Now);
        Layers[1].Transmit(Now);
        long next = Math.Min(Ticks(Layers[0].NextDeadline), Ticks(Layers[1].NextDeadline));
        if (_onTheWay.TryPeek(out _, out (long At, long Order) first))
            next = Math.Min(next, first.At);
        if (next == long.MaxValue)
            return false;

        Require(next - Now.Ticks <= LongestTimer.Ticks, "a timer is further away than any may be");
        Now = new TimeSpan(Math.Max(next, Now.Ticks));
        while (_onTheWay.TryPeek(out _, out first) && first.At <= Now.Ticks)
        {
            (int to, byte[] bytes) = _onTheWay.Dequeue();
            Layers[to].Receive(new SegmentArrival { Source = AddressOf(1 - to), Destination = AddressOf(to), IsLocal = true }, bytes, Now);
        }

        Layers[0].Expire(Now);
        Layers[1].Expire(Now);
        return true;
    }

    /// <summary>Nothing happens until then.</summary>
    public void Wait(TimeSpan until) => Now = until > Now ? until : Now;

    public static UInt128 AddressOf(int end) => IpAddressBits.FromIpv4(0x0A000001 + (uint)end);

    public static void Require(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(what);
    }

    private static long Ticks(TimeSpan? time) => time?.Ticks ?? long.MaxValue;

    private TcpLayer NewLayer(int end, long memory)
    {
        var options = new TcpLayerOptions { Secret = new UInt128((ulong)_random.Seed, (ulong)end) };
        return new TcpLayer(new OnePath(new Path(this, end)), memory == 0 ? options : options with { MemoryLimit = memory });
    }

    /// <summary>Each connection is watched by itself: the first layer's ports tell which it is.</summary>
    private void Watch(int end, ReadOnlySpan<byte> bytes)
    {
        Require(TcpSegment.Parse(bytes, out TcpSegment segment) == PacketError.None, "what is sent can't be parsed");
        int port = end == 0 ? segment.SourcePort : segment.DestinationPort;
        if (!_watches.TryGetValue(port, out WindowWatch? watch))
            _watches.Add(port, watch = new WindowWatch());
        watch.Sent(end, segment);
    }

    private void Carry(int from, ReadOnlySpan<byte> segment)
    {
        if (Hits(_conditions.Loss) || Hits(_conditions.Corruption))
            return;

        TimeSpan leaves = Now;
        if (_conditions.Rate > 0)
        {
            TimeSpan start = _free[from] > Now ? _free[from] : Now;
            if ((start - Now).TotalMilliseconds > _conditions.QueueDelay)
                return;
            leaves = _free[from] = start + TimeSpan.FromSeconds((segment.Length + 20) * 8 / _conditions.Rate);
        }

        double delay = _conditions.Delay + (_conditions.Jitter * _random.Next(0, 1000) / 1000.0);
        if (Hits(_conditions.Reordering))
            delay += _conditions.Delay * _random.Next(1, 4);
        Enqueue(from, segment, leaves + TimeSpan.FromMilliseconds(delay));
        if (Hits(_conditions.Duplication))
            Enqueue(from, segment, leaves + TimeSpan.FromMilliseconds(delay + _random.Next(0, 20)));
    }

    private void Enqueue(int from, ReadOnlySpan<byte> segment, TimeSpan at) => _onTheWay.Enqueue((1 - from, segment.ToArray()), (at.Ticks, _order++));

    private bool Hits(double percent) => percent > 0 && _random.Next(0, 100_000) < percent * 1000;

    /// <summary>One end's way to the other; checks that the sender stays inside the window that it was given.</summary>
    private sealed class Path(SimulatedLink link, int end) : ISegmentPath
    {
        private readonly byte[] _buffer = new byte[ushort.MaxValue];

        public UInt128 Local => AddressOf(end);

        public UInt128 Remote => AddressOf(1 - end);

        public int MaxSegment => link._conditions.MaxSegment;

        public int MaxSegmentOffload => link._conditions.MaxSegmentOffload;

        public Span<byte> Begin(int length) => _buffer.AsSpan(0, length);

        public void Send(int length, int segmentSize, byte ecn)
        {
            link.Watch(end, _buffer.AsSpan(0, length));
            TcpSegment.Parse(_buffer.AsSpan(0, length), out TcpSegment segment);
            if (segmentSize == 0)
            {
                Require(length <= MaxSegment, "a segment is longer than the path allows");
                link.Carry(end, _buffer.AsSpan(0, length));
                return;
            }

            // What the device does: cuts, counts on, and leaves FIN and PSH to the last.
            int header = length - segment.Payload.Length;
            byte[] one = new byte[header + segmentSize];
            for (int at = 0; at < segment.Payload.Length; at += segmentSize)
            {
                int size = Math.Min(segmentSize, segment.Payload.Length - at);
                bool last = at + size == segment.Payload.Length;
                _buffer.AsSpan(0, header).CopyTo(one);
                (segment.Header with
                {
                    Sequence = segment.Sequence + (uint)at,
                    Flags = last ? segment.Flags : segment.Flags & ~(TcpFlags.FIN | TcpFlags.PSH),
                }).WriteTo(one);
                segment.Payload.Slice(at, size).CopyTo(one.AsSpan(header));
                link.Carry(end, one.AsSpan(0, header + size));
            }
        }
    }

    private sealed class OnePath(ISegmentPath path) : ISegmentPaths
    {
        public ISegmentPath? Find(UInt128 local, UInt128 remote) => path;

        public UInt128 ChooseSource(UInt128 remote) => path.Local;
    }
}

/// <summary>Sees every segment of a connection before the link does: nobody sends beyond the window that the other has given, but for a probe of one byte, and nobody takes back what was given.</summary>
internal sealed class WindowWatch
{
    private readonly uint[] _edge = new uint[2];
    private readonly uint[] _given = new uint[2];
    private readonly int[] _shift = new int[2];
    private readonly bool[] _known = new bool[2];
    private readonly bool[] _scaled = new bool[2];

    public void Sent(int end, TcpSegment segment)
    {
        bool syn = (segment.Flags & TcpFlags.SYN) != 0;
        if (syn)
        {
            _scaled[end] = false;
            foreach (TcpOption option in segment.Options)
            {
                if (option.Kind == TcpOptionKind.TCPOPT_WINDOW)
                    (_shift[end], _scaled[end]) = (option.WindowScale, true);
            }
        }

        if (segment.Payload.Length > 0 && _known[1 - end])
        {
            int beyond = (int)(segment.Sequence + (uint)segment.Payload.Length - _edge[1 - end]);
            SimulatedLink.Require(beyond <= 0 || segment.Payload.Length == 1, $"a segment reaches {beyond} bytes beyond the window");
        }

        if ((segment.Flags & TcpFlags.ACK) == 0 || (segment.Flags & TcpFlags.RST) != 0)
            return;
        int shift = syn || !_scaled[0] || !_scaled[1] ? 0 : _shift[end];
        uint edge = segment.Acknowledgment + ((uint)segment.Window << shift);

        // RFC 7323 2.4: what the scale can't say may seem to be taken back. An old SYN that comes late begins another connection.
        int back = _known[end] && !syn ? (int)(_given[end] - edge) : 0;
        SimulatedLink.Require(back < 1 << shift, $"the window's edge goes back by {back} bytes");
        _given[end] = back < 0 || syn || !_known[end] ? edge : _given[end];
        if (!_known[end] || (int)(edge - _edge[end]) > 0)
            (_edge[end], _known[end]) = (edge, true);
    }
}
