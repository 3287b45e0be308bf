using System.Runtime.CompilerServices;
using Weir.Packets;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Tcp.Options;

/// <summary>What the options of one segment say, read once.</summary>
internal struct SegmentOptions
{
    public const int MaxSackBlocks = 4;

    /// <summary>Timestamps behind two no-operations: what nearly every segment carries and nothing else (RFC 7323 A).</summary>
    public const int TimestampsLength = 12;

    private const uint TimestampsPrefix = 0x0101080A;

    public bool HasTimestamps;
    public uint TsVal;
    public uint TsEcr;

    /// <summary>0: not given.</summary>
    public ushort Mss;

    public bool HasWindowScale;
    public byte WindowScale;
    public bool SackPermitted;
    public int SackCount;
    public SackBlocks Sack;

    public static void Read(ReadOnlySpan<byte> bytes, TcpSegment segment, out SegmentOptions options)
    {
        options = default;
        if (bytes.IsEmpty)
            return;

        if (bytes.Length == TimestampsLength && ReadUInt32BigEndian(bytes) == TimestampsPrefix)
        {
            options.HasTimestamps = true;
            options.TsVal = ReadUInt32BigEndian(bytes[4..]);
            options.TsEcr = ReadUInt32BigEndian(bytes[8..]);
            return;
        }

        foreach (TcpOption option in segment.Options)
            options.Take(option);
    }

    public static void WriteTimestamps(Span<byte> destination, uint value, uint echo)
    {
        WriteUInt32BigEndian(destination, TimestampsPrefix);
        WriteUInt32BigEndian(destination[4..], value);
        WriteUInt32BigEndian(destination[8..], echo);
    }

    private void Take(TcpOption option)
    {
        switch (option.Kind)
        {
            case TcpOptionKind.TCPOPT_MSS:
                Mss = option.MaximumSegmentSize;
                break;
            case TcpOptionKind.TCPOPT_WINDOW:
                (HasWindowScale, WindowScale) = (true, option.WindowScale);
                break;
            case TcpOptionKind.TCPOPT_SACK_PERM:
                SackPermitted = true;
                break;
            case TcpOptionKind.TCPOPT_SACK:
                SackCount = Math.Min(option.SackBlockCount, MaxSackBlocks);
                for (int i = 0; i < SackCount; i++)
                    Sack[i] = option.SackBlock(i);
                break;
            case TcpOptionKind.TCPOPT_TIMESTAMP:
                (HasTimestamps, TsVal, TsEcr) = (true, option.TimestampValue, option.TimestampEcho);
                break;
        }
    }
}

/// <summary>Blocks as they are on the wire.</summary>
[InlineArray(SegmentOptions.MaxSackBlocks)]
internal struct SackBlocks
{
    private (uint Left, uint Right) _first;
}
