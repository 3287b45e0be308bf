using static Weir.Packets.Tests.Laws.WireValues;

namespace Weir.Packets.Tests.Laws;

/// <summary>TCP and its options.</summary>
internal static class TcpFormats
{
    public static readonly IReadOnlyList<WireFormat> All =
    [
        new("tcp", ExerciseTcp) { Canonical = CanonicalTcp, Rewrite = RewriteTcp, ValueSurvives = TcpSurvives },
        new("tcp options", ExerciseTcpOptions) { Canonical = CanonicalTcpOptions, Rewrite = RewriteTcpOptions, TruncationsAreErrors = false },
    ];

    private static TcpHeader RandomTcp(Random random, int options) => new()
    {
        SourcePort = Next16(random),
        DestinationPort = Next16(random),
        Sequence = Next32(random),
        Acknowledgment = Next32(random),
        HeaderLength = (byte)(TcpHeader.Size + options),
        Reserved = (byte)random.Next(16),
        Flags = (TcpFlags)random.Next(256),
        Window = Next16(random),
        Checksum = Next16(random),
        UrgentPointer = Next16(random),
    };

    private static byte[] CanonicalTcp(Random random)
    {
        byte[] options = CanonicalTcpOptions(random);
        return [.. WithHeader(RandomTcp(random, options.Length).WriteTo, TcpHeader.Size), .. options];
    }

    private static PacketError ExerciseTcp(ReadOnlySpan<byte> bytes)
    {
        PacketError error = TcpSegment.Parse(bytes, out TcpSegment segment);
        if (error == PacketError.None)
        {
            Touch(segment.Header.Sequence + segment.SequenceLength);
            Touch(segment.Payload);
            ExerciseTcpOptions(segment.Options.Bytes);
        }

        return error;
    }

    private static int RewriteTcp(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        TcpSegment.Parse(bytes, out TcpSegment segment);
        segment.Header.WriteTo(destination);
        int end = Append(segment.Options.Bytes, destination, TcpHeader.Size);
        return Append(segment.Payload, destination, end);
    }

    private static bool TcpSurvives(Random random)
    {
        TcpHeader header = RandomTcp(random, 0);
        return TcpSegment.Parse(WithHeader(header.WriteTo, TcpHeader.Size), out TcpSegment segment) == PacketError.None && segment.Header == header;
    }

    public static byte[] CanonicalTcpOptions(Random random)
    {
        var writer = new TcpOptionWriter(new byte[44]);
        int which = random.Next(32);
        if ((which & 1) != 0)
        {
            writer.WriteMaximumSegmentSize(Next16(random));
        }

        if ((which & 2) != 0)
        {
            writer.WriteSackPermitted();
        }

        if ((which & 4) != 0)
        {
            writer.WriteTimestamps(Next32(random), Next32(random));
        }

        if ((which & 8) != 0)
        {
            writer.WriteWindowScale((byte)random.Next(15));
        }

        if ((which & 16) != 0)
        {
            writer.WriteSack([(Next32(random), Next32(random))]);
            writer.Write((TcpOptionKind)34, RandomBytes(random, random.Next(8)));
        }

        return writer.Finish().ToArray();
    }

    private static PacketError ExerciseTcpOptions(ReadOnlySpan<byte> bytes)
    {
        PacketError error = TcpOptionList.Parse(bytes, out TcpOptionList options);
        foreach (TcpOption option in options)
        {
            Touch(option.MaximumSegmentSize + option.WindowScale + option.TimestampValue + option.TimestampEcho);
            for (int i = 0; i < option.SackBlockCount; i++)
            {
                Touch(option.SackBlock(i).Left);
            }
        }

        return error;
    }

    private static int RewriteTcpOptions(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        TcpOptionList.Parse(bytes, out TcpOptionList options);
        var writer = new TcpOptionWriter(destination);
        Span<(uint, uint)> blocks = stackalloc (uint, uint)[4];
        foreach (TcpOption option in options)
        {
            switch (option.Kind)
            {
                case TcpOptionKind.TCPOPT_MSS:
                    writer.WriteMaximumSegmentSize(option.MaximumSegmentSize);
                    break;
                case TcpOptionKind.TCPOPT_WINDOW:
                    writer.WriteWindowScale(option.WindowScale);
                    break;
                case TcpOptionKind.TCPOPT_SACK_PERM:
                    writer.WriteSackPermitted();
                    break;
                case TcpOptionKind.TCPOPT_TIMESTAMP:
                    writer.WriteTimestamps(option.TimestampValue, option.TimestampEcho);
                    break;
                case TcpOptionKind.TCPOPT_SACK:
                    for (int i = 0; i < option.SackBlockCount; i++)
                    {
                        blocks[i] = option.SackBlock(i);
                    }

                    writer.WriteSack(blocks[..option.SackBlockCount]);
                    break;
                default:
                    writer.Write(option.Kind, option.Data);
                    break;
            }
        }

        return writer.Finish().Length;
    }
}
