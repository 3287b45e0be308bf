using System.Buffers.Binary;
using Weir.Packets;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Fuzz.Targets;

/// <summary>Arbitrary segments for a layer with open connections, listeners and time that passes: nothing is thrown, memory stays in its bound.</summary>
/// <remarks>The input's first bytes say how far the segment is made to fit: with the right ports and numbers it gets deep into the machine, without it tests the door.</remarks>
public static class TcpLayerTarget
{
    private const int Prefix = 4;
    private const int MaxConnections = 512;
    private const long MemoryLimit = 4 << 20;

    private static readonly Outside Wire = new();
    private static TcpLayer _layer = NewLayer();
    private static TimeSpan _now;
    private static int _runs;

    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < Prefix)
            return;
        if (++_runs % 20_000 == 0)
            _layer = NewLayer();

        byte[] segment = input[Prefix..].ToArray();
        UInt128 peer = 2 + (UInt128)(input[0] % 4);
        if (segment.Length >= TcpHeader.Size)
            Fit(segment, input[2], input[3]);
        _now += TimeSpan.FromMilliseconds(input[1] >> 2);
        _layer.Receive(new SegmentArrival { Source = peer, Destination = 1, Ecn = (byte)(input[1] & 3), IsLocal = (input[2] & 0x80) == 0 }, segment, _now);
        _layer.Transmit(_now);
        _layer.Expire(_now);
        _layer.ReceiveError(
            new TcpIcmpError
            {
                Kind = (TcpIcmpErrorKind)(input[3] % 5),
                LocalAddress = 1,
                RemoteAddress = peer,
                LocalPort = 80,
                RemotePort = 40000,
                Sequence = Wire.NextSequence,
                MaxSegment = input[3] * 256,
            },
            _now);
        Require.That(_layer.Count <= MaxConnections, "more connections than allowed");
        Require.That(_layer.MemoryUsed is >= 0 and <= 2 * MemoryLimit, $"{_layer.MemoryUsed} bytes are held");
        Require.That(_layer.NextDeadline is not { } next || next <= _now + TimeSpan.FromHours(3), "a timer is too far away");
    }

    /// <summary>Bits of <paramref name="how"/>: known ports, the number that the connection expects, the acknowledgment of what it sent.</summary>
    private static void Fit(Span<byte> segment, byte how, byte offset)
    {
        if ((how & 1) != 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)(40000 + (how >> 5)));
            BinaryPrimitives.WriteUInt16BigEndian(segment[2..], 80);
        }

        if ((how & 2) != 0)
            BinaryPrimitives.WriteUInt32BigEndian(segment[4..], Wire.NextAcknowledgment + (uint)((sbyte)offset * 64));
        if ((how & 4) != 0)
            BinaryPrimitives.WriteUInt32BigEndian(segment[8..], Wire.NextSequence - (uint)(offset & 7));
        if ((how & 8) != 0)
            segment[13] = (byte)((segment[13] | (byte)TcpFlags.ACK) & ~(byte)(TcpFlags.SYN | TcpFlags.RST));
    }

    private static TcpLayer NewLayer()
    {
        var layer = new TcpLayer(Wire, new TcpLayerOptions { Secret = 7, MemoryLimit = MemoryLimit, MaxConnections = MaxConnections, MaxTimeWait = 64 });
        layer.Listen(new TcpListenOptions
        {
            Port = 80,
            MaxHalfOpen = 16,
            Backlog = 64,
            Acceptable = static listener =>
            {
                while (listener.TryAccept(out TcpConnection connection))
                    connection.Observer = new Application();
            },
        });
        layer.Listen(new TcpListenOptions { Transparent = true, MaxHalfOpen = 16, Backlog = 4, Accept = static asked => (AcceptDecision)(asked.LocalPort % 4) });
        layer.Connect(new TcpConnectOptions { RemoteAddress = 2, RemotePort = 40000, LocalPort = 80 }, new Application(), _now);
        return layer;
    }

    /// <summary>Echoes, and closes when the other side does.</summary>
    private sealed class Application : ITcpObserver
    {
        public void Notify(TcpConnection connection, TcpEvents events)
        {
            if ((events & TcpEvents.Connected) != 0)
                connection.Write(new byte[3000]);
            while (connection.Peek() is { Length: > 0 } bytes)
            {
                connection.Write(bytes);
                connection.Consume(bytes.Length);
            }

            if ((events & TcpEvents.ReadClosed) != 0)
                connection.Close();
        }
    }

    /// <summary>Remembers the numbers of the last segment, so that inputs can answer it.</summary>
    private sealed class Outside : ISegmentPath, ISegmentPaths
    {
        private readonly byte[] _buffer = new byte[ushort.MaxValue];

        public uint NextSequence { get; private set; }

        public uint NextAcknowledgment { get; private set; }

        public UInt128 Local => 1;

        public UInt128 Remote => 2;

        public int MaxSegment => 1480;

        public int MaxSegmentOffload => 0;

        public Span<byte> Begin(int length) => _buffer.AsSpan(0, length);

        public void Send(int length, int segmentSize, byte ecn)
        {
            Require.That(TcpSegment.Parse(_buffer.AsSpan(0, length), out TcpSegment segment) == PacketError.None, "what is sent can't be parsed");
            Require.That(segment.Options.Check() == PacketError.None, "what is sent has wrong options");
            Require.That(length <= MaxSegment, "a segment is longer than the path allows");
            NextSequence = segment.Sequence + segment.SequenceLength;
            NextAcknowledgment = segment.Acknowledgment;
        }

        public ISegmentPath? Find(UInt128 local, UInt128 remote) => remote == 5 ? null : this;

        public UInt128 ChooseSource(UInt128 remote) => 1;
    }
}
