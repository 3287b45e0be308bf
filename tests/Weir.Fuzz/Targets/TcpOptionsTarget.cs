using Weir.Packets;

namespace Weir.Fuzz.Targets;

/// <summary>TCP options and IPv4 options: the enumeration ends, and stays inside.</summary>
public static class TcpOptionsTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        TcpOptionList.Parse(input, out TcpOptionList options);
        int total = 0;
        foreach (TcpOption option in options)
        {
            total += 2 + option.Data.Length;
            Require.That(option.WindowScale <= 14, "a window scale is at most 14");
            for (int i = 0; i < option.SackBlockCount; i++)
            {
                option.SackBlock(i);
            }

            _ = option.MaximumSegmentSize + option.TimestampValue + option.TimestampEcho;
        }

        Require.That(total <= input.Length, "options lie in the input");
        if (Ipv4Packet.Parse(input, out Ipv4Packet packet) == PacketError.None)
        {
            packet.Options.Check();
        }

        if (TcpSegment.Parse(input, out TcpSegment segment) == PacketError.None)
        {
            segment.Options.Check();
        }
    }
}
