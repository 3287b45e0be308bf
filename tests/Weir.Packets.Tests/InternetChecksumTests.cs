using System.Buffers.Binary;
using Weir.Testing;

namespace Weir.Packets.Tests;

public class InternetChecksumTests
{
    [Fact]
    public void The_example_of_rfc_1071_comes_out() =>
        Assert.Equal(unchecked((ushort)~0xDDF2), InternetChecksum.Compute([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]));

    [Fact]
    public void Every_length_agrees_with_the_slow_way()
    {
        var random = new Random(5);
        byte[] bytes = new byte[300];
        random.NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(Slow(bytes.AsSpan(0, length)), InternetChecksum.Compute(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Every_length_at_every_alignment_agrees_with_the_slow_way()
    {
        byte[] bytes = new SeededGenerator(6).Bytes(64 + 700);
        for (int start = 0; start < 64; start++)
        {
            for (int length = 0; length <= 700; length += start % 7 == 0 ? 1 : 13)
            {
                ReadOnlySpan<byte> part = bytes.AsSpan(start, length);
                Assert.True(Slow(part) == InternetChecksum.Compute(part), $"{length} bytes at {start}");
            }
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void The_pseudo_header_is_summed_as_its_bytes_are(byte version)
    {
        var random = new SeededGenerator(7);
        for (int i = 0; i < 1000; i++)
        {
            UInt128 source = random.NextUInt128(), destination = random.NextUInt128();
            byte protocol = (byte)random.Next(0, 256);
            int length = random.NextUInt16();
            byte[] bytes = new byte[version == 4 ? 12 : 40];
            if (version == 4)
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)source);
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), (uint)destination);
                bytes[9] = protocol;
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), (ushort)length);
            }
            else
            {
                BinaryPrimitives.WriteUInt128BigEndian(bytes, source);
                BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(16), destination);
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(32), length);
                bytes[39] = protocol;
            }

            ulong sum = InternetChecksum.AddPseudoHeader(0, version, source, destination, protocol, length);
            Assert.Equal(Slow(bytes), InternetChecksum.Finish(sum));
            Assert.Equal((ushort)~Slow(bytes), InternetChecksum.Partial(sum));
        }
    }

    [Fact]
    public void A_changed_word_changes_the_checksum_as_a_new_sum_would()
    {
        var random = new SeededGenerator(8);
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bytes = random.Bytes(20);
            ushort checksum = InternetChecksum.Compute(bytes);
            int at = random.Next(0, 10) * 2;
            ushort before = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at)), after = random.Pick(random.NextUInt16(), (ushort)0, ushort.MaxValue);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), after);

            Assert.Equal(InternetChecksum.Compute(bytes), InternetChecksum.Update(checksum, before, after));
        }
    }

    [Fact]
    public void Sixty_four_KiB_of_ones_do_not_overflow()
    {
        byte[] bytes = new byte[200_000];
        Array.Fill(bytes, (byte)0xFF);

        Assert.Equal(0, InternetChecksum.Compute(bytes));
    }

    [Fact]
    public void A_sum_may_be_taken_in_parts()
    {
        byte[] bytes = [.. Enumerable.Range(1, 101).Select(i => (byte)(i * 37))];

        ulong sum = InternetChecksum.Add(InternetChecksum.Add(0, bytes.AsSpan(0, 38)), bytes.AsSpan(38));

        Assert.Equal(InternetChecksum.Compute(bytes), InternetChecksum.Finish(sum));
    }

    [Fact]
    public void A_part_may_begin_in_the_middle_of_a_word()
    {
        byte[] bytes = new SeededGenerator(9).Bytes(500);
        for (int split = 0; split <= bytes.Length; split++)
        {
            ulong sum = InternetChecksum.Add(InternetChecksum.Add(0, bytes.AsSpan(0, split)), bytes.AsSpan(split), split);

            Assert.Equal(InternetChecksum.Compute(bytes), InternetChecksum.Finish(sum));
        }
    }

    [Fact]
    public void Built_frames_are_right_and_a_changed_byte_makes_them_wrong()
    {
        byte[][] frames =
        [
            PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", payload: "odd").Build(),
            PacketBuilder.Tcp("[fd00::1]:1", "[fd00::2]:2", payload: "even").Build(),
            PacketBuilder.Udp("10.0.0.1:1", "10.0.0.2:2", "x").Build(),
            PacketBuilder.Udp("[fd00::1]:1", "[fd00::2]:2", "x").Build(),
            PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2").Build(),
            PacketBuilder.IcmpEcho("fd00::1", "fd00::2").Build(),
        ];
        foreach (byte[] frame in frames)
        {
            Assert.True(IsRight(frame));
            frame[^1] ^= 0x10;
            Assert.False(IsRight(frame));
        }
    }

    [Fact]
    public void A_wrong_ipv4_header_is_found()
    {
        byte[] frame = PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2").Build();
        frame[22]--;

        Assert.False(IsRight(frame));
    }

    [Fact]
    public void A_udp_checksum_of_zero_means_none_over_ipv4_only()
    {
        byte[] frame = PacketBuilder.Udp("10.0.0.1:1", "10.0.0.2:2", "x").Build();
        frame[40] = frame[41] = 0;
        byte[] frame6 = PacketBuilder.Udp("[fd00::1]:1", "[fd00::2]:2", "x").Build();
        frame6[60] = frame6[61] = 0;

        Assert.True(IsRight(frame));
        Assert.False(IsRight(frame6));
    }

    [Fact]
    public void A_udp_checksum_that_comes_out_as_zero_is_sent_as_all_ones()
    {
        // The payload is chosen so that the sum is 0xFFFF.
        byte[] datagram = [0, 1, 0, 2, 0, 10, 0, 0, 0, 0];
        ulong sum = InternetChecksum.Add(InternetChecksum.AddPseudoHeader(0, 4, 1, 2, IpProtocol.IPPROTO_UDP, datagram.Length), datagram);
        ushort missing = InternetChecksum.Finish(sum);
        (datagram[8], datagram[9]) = ((byte)(missing >> 8), (byte)missing);

        Assert.Equal(0xFFFF, InternetChecksum.Transport(4, 1, 2, IpProtocol.IPPROTO_UDP, datagram));
    }

    private static bool IsRight(byte[] frame)
    {
        Assert.Equal(PacketError.None, FrameLayers.Parse(frame, out FrameLayers layers));
        return InternetChecksum.IsRight(frame, layers);
    }

    private static ushort Slow(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += i % 2 == 0 ? (uint)bytes[i] << 8 : bytes[i];
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
