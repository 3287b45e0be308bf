using Weir.TcpIp.Tcp;

namespace Weir.TcpIp.Tests.Tcp;

/// <summary>A path whose other end is a script: keeps what is sent until it is asked for.</summary>
internal sealed class ScriptedPath(UInt128 local, UInt128 remote) : ISegmentPath
{
    private byte[] _buffer = [];

    public Queue<SentSegment> Sent { get; } = new();

    public UInt128 Local => local;

    public UInt128 Remote => remote;

    public int MaxSegment { get; set; } = 1480;

    public int MaxSegmentOffload { get; set; }

    public bool HoldsUntilPush { get; set; }

    /// <summary>Segments for which there is room; then <see cref="Begin"/> is empty.</summary>
    public int Room { get; set; } = int.MaxValue;

    public bool TellsUnreachable { get; set; }

    /// <summary>The header that came back in an error.</summary>
    public byte[] Unreachable { get; private set; } = [];

    public bool TrySendUnreachable(ReadOnlySpan<byte> segment)
    {
        Unreachable = segment.ToArray();
        return TellsUnreachable;
    }

    public Span<byte> Begin(int length)
    {
        if (Room == 0)
            return [];
        _buffer = new byte[length];
        return _buffer;
    }

    public void Send(int length, int segmentSize, byte ecn)
    {
        Room--;
        Assert.True(segmentSize > 0 ? length <= MaxSegmentOffload : length <= MaxSegment, $"a segment of {length} bytes is sent on a path for {MaxSegment}");
        Sent.Enqueue(new SentSegment(_buffer.AsSpan(0, length).ToArray(), segmentSize, ecn));
    }
}

internal sealed record SentSegment(byte[] Bytes, int SegmentSize, byte Ecn);

/// <summary>All destinations through one path for each pair of addresses.</summary>
internal sealed class ScriptedPaths(UInt128 source) : ISegmentPaths
{
    private readonly Dictionary<(UInt128, UInt128), ScriptedPath> _paths = [];

    public bool HasRoute { get; set; } = true;

    public ISegmentPath? Find(UInt128 local, UInt128 remote) => HasRoute ? Get(local, remote) : null;

    public ScriptedPath Get(UInt128 local, UInt128 remote)
    {
        if (!_paths.TryGetValue((local, remote), out ScriptedPath? path))
            _paths.Add((local, remote), path = new ScriptedPath(local, remote));
        return path;
    }

    public UInt128 ChooseSource(UInt128 remote) => HasRoute ? source : 0;
}
