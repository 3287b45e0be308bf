using System.Globalization;
using System.Text;
using Weir.Packets;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.TcpIp.Tests.Tcp;

/// <summary>One connection whose peer is the test, in packetdrill's manner. A failure prints the whole script so far.</summary>
internal sealed class TcpScript : ITcpObserver
{
    public const ushort OwnPort = 8080;
    public const ushort PeerPort = 40000;
    public const string PeerSyn = "S 0:0(0) win 65535 <mss 1000,sackOK,wscale 0>";

    public static readonly UInt128 Own = IpAddressBits.Parse("192.168.0.1");
    public static readonly UInt128 Peer = IpAddressBits.Parse("192.0.2.1");

    /// <summary>Without timestamps and delayed ACKs a script is shorter; tests of these say so.</summary>
    public static readonly TcpProfile Plain = TcpProfile.Default with { Timestamps = false, PathMtuProbing = false };

    private readonly StringBuilder _log = new();
    private uint? _ownIss;
    private uint? _ownClock;

    public TcpScript(TcpProfile? profile = null, TcpLayerOptions? options = null)
    {
        Profile = profile ?? Plain;
        Paths = new ScriptedPaths(Own);
        Path = Paths.Get(Own, Peer);
        Layer = new TcpLayer(Paths, options ?? new TcpLayerOptions { Secret = 0x0123456789ABCDEF });
    }

    public TcpProfile Profile { get; }

    public ScriptedPaths Paths { get; }

    public ScriptedPath Path { get; }

    public TcpLayer Layer { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1000);

    /// <summary>Close to the end of the number space: each script crosses it.</summary>
    public uint PeerIss { get; init; } = 0xFFFF_FF00;

    public TcpConnection Connection { get; set; } = null!;

    public TcpListener Listener { get; private set; } = null!;

    public TcpEvents Events { get; private set; }

    public int RemotePort { get; set; } = PeerPort;

    public TcpScript Listen(TcpListenOptions? options = null)
    {
        Listener = Layer.Listen((options ?? new TcpListenOptions()) with { Port = OwnPort, Profile = Profile });
        return this;
    }

    public TcpScript Connect()
    {
        Connection = Layer.Connect(
            new TcpConnectOptions { RemoteAddress = Peer, RemotePort = PeerPort, LocalPort = OwnPort, Profile = Profile }, this, Now)!;
        Assert.NotNull(Connection);
        Transmit();
        return this;
    }

    /// <summary>A passive open, done with real segments, in a round trip of <paramref name="rtt"/> milliseconds. The peer's segments have 1000 bytes at most, as ours.</summary>
    public static TcpScript Established(TcpProfile? profile = null, string syn = PeerSyn, int maxSegment = 1020, double rtt = 0)
    {
        var script = new TcpScript(profile);
        script.Path.MaxSegment = maxSegment;
        script.Listen();
        script.Inject(syn);
        script.ExpectAny("S.");
        script.Advance(rtt);
        int window = SegmentText.Parse(syn).Window ?? 65535;
        script.Inject($". 1:1(0) ack 1 win {window}" + (syn.Contains("TS", StringComparison.Ordinal) ? " <TS val 1 ecr 0>" : ""));
        script.Accept();
        script.ExpectNothing();
        return script;
    }

    public TcpConnection Accept()
    {
        Assert.True(Listener.TryAccept(out TcpConnection connection), Said("nothing to accept"));
        Connection = connection;
        connection.Observer = this;
        return connection;
    }

    public void Inject(string text)
    {
        _log.AppendLine(CultureInfo.InvariantCulture, $"+{Now.TotalSeconds - 1000:F3} < {text}");
        InjectWithoutTransmit(SegmentText.Parse(text));
        Transmit();
    }

    public void InjectWithoutTransmit(SegmentText text)
    {
        byte[] segment = Build(text);
        Layer.Receive(new SegmentArrival { Source = Peer, Destination = Own, IsLocal = true, Ecn = (byte)(text.Ecn ?? 0) }, segment, Now);
    }

    public void Write(int length)
    {
        _log.AppendLine(CultureInfo.InvariantCulture, $"+{Now.TotalSeconds - 1000:F3} write {length}");
        long start = Connection.Info.BytesAcked + Connection.Info.SendBuffered;
        Assert.Equal(length, Connection.Write(Pattern(start + 1, length)));
        Transmit();
    }

    public void Do(Action<TcpConnection> action)
    {
        action(Connection);
        Transmit();
    }

    /// <summary>Reads and compares with what the peer must have sent.</summary>
    public void ExpectRead(int length)
    {
        byte[] read = new byte[length + 1];
        long start = Connection.Info.BytesReceived - Connection.Available;
        int count = Connection.Read(read);
        Assert.True(count == length, Said($"read {count} bytes, not {length}"));
        Assert.True(read.AsSpan(0, count).SequenceEqual(Pattern(start + 1, length)), Said("what was read is not what was sent"));
        Transmit();
    }

    public void Expect(string text)
    {
        SegmentText expected = SegmentText.Parse(text);
        if (!Path.Sent.TryDequeue(out SentSegment? sent))
            Assert.Fail(Said($"nothing was sent; expected {text}"));
        SegmentText actual = Read(sent);
        _log.AppendLine(CultureInfo.InvariantCulture, $"+{Now.TotalSeconds - 1000:F3} > {actual}");
        if (!string.Equals(expected.Only(actual).ToString(), expected.ToString(), StringComparison.Ordinal))
            Assert.Fail(Said($"expected {text}"));
    }

    /// <summary>The next segment has these flags, whatever else.</summary>
    public SegmentText ExpectAny(string flags)
    {
        if (!Path.Sent.TryDequeue(out SentSegment? sent))
            Assert.Fail(Said($"nothing was sent; expected {flags}"));
        SegmentText actual = Read(sent);
        _log.AppendLine(CultureInfo.InvariantCulture, $"+{Now.TotalSeconds - 1000:F3} > {actual}");
        Assert.True(string.Equals(flags, actual.Flags, StringComparison.Ordinal), Said($"expected {flags}"));
        return actual;
    }

    public SegmentText ExpectAnything() => Read(Path.Sent.Dequeue());

    public void ExpectNothing()
    {
        if (Path.Sent.TryDequeue(out SentSegment? sent))
            Assert.Fail(Said($"expected nothing, but there is {Read(sent)}"));
    }

    public void ExpectEvents(TcpEvents events)
    {
        Assert.True(events == Events, Said($"events are {Events}, not {events}"));
        Events = TcpEvents.None;
    }

    public void ExpectState(TcpState state) => Assert.True(Connection.State == state, Said($"the state is {Connection.State}, not {state}"));

    /// <summary>Lets time pass; each timer runs at its own time.</summary>
    public void Advance(double milliseconds)
    {
        TimeSpan end = Now + TimeSpan.FromMilliseconds(milliseconds);
        while (Layer.NextDeadline is { } next && next <= end)
        {
            Now = next > Now ? next : Now;
            Layer.Expire(Now);
            Transmit();
        }

        Now = end;
        Layer.Expire(Now);
        Transmit();
    }

    public void Transmit() => Layer.Transmit(Now);

    public void Notify(TcpConnection connection, TcpEvents events) => Events |= events;

    public void Error(TcpIcmpErrorKind kind, long position, int maxSegment = 0)
    {
        Layer.ReceiveError(
            new TcpIcmpError
            {
                Kind = kind,
                LocalAddress = Own,
                RemoteAddress = Peer,
                LocalPort = OwnPort,
                RemotePort = PeerPort,
                Sequence = _ownIss!.Value + (uint)position,
                MaxSegment = maxSegment,
            },
            Now);
        Transmit();
    }

    public static byte[] Pattern(long position, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)(((position + i) * 31) ^ ((position + i) >> 8));
        return bytes;
    }

    private string Said(string what) => $"{what}\n{_log}";

    private byte[] Build(SegmentText text)
    {
        byte[] options = new byte[40];
        int optionLength = WriteOptions(options, text.Options);
        byte[] segment = new byte[TcpHeader.Size + optionLength + text.Length];
        new TcpHeader
        {
            SourcePort = (ushort)RemotePort,
            DestinationPort = OwnPort,
            Sequence = PeerIss + (uint)text.Start,
            Acknowledgment = text.Ack is { } ack ? (_ownIss ?? 0) + (uint)ack : 0,
            HeaderLength = (byte)(TcpHeader.Size + optionLength),
            Flags = SegmentText.ReadFlags(text.Flags),
            Window = (ushort)(text.Window ?? 65535),
        }.WriteTo(segment);
        options.AsSpan(0, optionLength).CopyTo(segment.AsSpan(TcpHeader.Size));
        Pattern(text.Start, text.Length).CopyTo(segment, TcpHeader.Size + optionLength);
        return segment;
    }

    private int WriteOptions(Span<byte> buffer, string? text)
    {
        var writer = new TcpOptionWriter(buffer);
        foreach (string option in text?.Split(',') ?? [])
        {
            string[] words = option.Split(' ');
            switch (words[0])
            {
                case "mss":
                    writer.WriteMaximumSegmentSize(ushort.Parse(words[1], CultureInfo.InvariantCulture));
                    break;
                case "sackOK":
                    writer.WriteSackPermitted();
                    break;
                case "wscale":
                    writer.WriteWindowScale(byte.Parse(words[1], CultureInfo.InvariantCulture));
                    break;
                case "TS":
                    writer.WriteTimestamps(uint.Parse(words[2], CultureInfo.InvariantCulture), (_ownClock ?? 0) + uint.Parse(words[4], CultureInfo.InvariantCulture));
                    break;
                case "sack":
                    writer.WriteSack([.. words[1..].Select(block => block.Split(':')).Select(block => (OwnNumber(block[0]), OwnNumber(block[1])))]);
                    break;
                default:
                    throw new FormatException(option);
            }
        }

        return writer.Finish().Length;
    }

    private uint OwnNumber(string text) => _ownIss!.Value + (uint)long.Parse(text, CultureInfo.InvariantCulture);

    private SegmentText Read(SentSegment sent)
    {
        Assert.Equal(PacketError.None, TcpSegment.Parse(sent.Bytes, out TcpSegment segment));
        if ((segment.Flags & TcpFlags.SYN) != 0)
            _ownIss = segment.Sequence;
        uint sequence = segment.Sequence - (_ownIss ?? 0);
        long start = (int)sequence;
        if (segment.Payload.Length > 0)
            Assert.True(segment.Payload.SequenceEqual(Pattern(start, segment.Payload.Length)), Said($"the payload at {start} is not what was written"));
        return new SegmentText
        {
            Flags = SegmentText.WriteFlags(segment.Flags),
            Start = start,
            Length = segment.Payload.Length,
            Ack = (segment.Flags & TcpFlags.ACK) != 0 ? (int)(segment.Acknowledgment - PeerIss) : null,
            Window = segment.Window,
            Ecn = sent.Ecn,
            Options = ReadOptions(segment),
        };
    }

    private string ReadOptions(TcpSegment segment)
    {
        var texts = new List<string>();
        foreach (TcpOption option in segment.Options)
        {
            switch (option.Kind)
            {
                case TcpOptionKind.TCPOPT_MSS:
                    texts.Add($"mss {option.MaximumSegmentSize}");
                    break;
                case TcpOptionKind.TCPOPT_SACK_PERM:
                    texts.Add("sackOK");
                    break;
                case TcpOptionKind.TCPOPT_WINDOW:
                    texts.Add($"wscale {option.WindowScale}");
                    break;
                case TcpOptionKind.TCPOPT_TIMESTAMP:
                    _ownClock ??= option.TimestampValue;
                    texts.Add($"TS val {option.TimestampValue - _ownClock} ecr {option.TimestampEcho}");
                    break;
                case TcpOptionKind.TCPOPT_SACK:
                    var blocks = new StringBuilder("sack");
                    for (int i = 0; i < option.SackBlockCount; i++)
                    {
                        (uint left, uint right) = option.SackBlock(i);
                        blocks.Append(CultureInfo.InvariantCulture, $" {left - PeerIss}:{right - PeerIss}");
                    }

                    texts.Add(blocks.ToString());
                    break;
            }
        }

        return string.Join(',', texts);
    }
}
