using Weir.Packets.Rewriting;
using Weir.Testing;

namespace Weir.Packets.Tests.Rewriting;

public class TcpResetTests
{
    public static TheoryData<string, string> Families => new() { { "10.0.0.1:1000", "10.0.0.2:80" }, { "[fd00::1]:1000", "[fd00::2]:80" } };

    [Theory, MemberData(nameof(Families))]
    public void Toward_the_sender_of_an_acknowledging_segment_its_acknowledgment_is_the_sequence(string from, string to)
    {
        FrameLayers reset = Reset(PacketBuilder.Tcp(from, to, TcpFlags.ACK | TcpFlags.PSH, 5000, 7000, "hello"), TcpResetTarget.Sender, out byte[] frame);

        Assert.Equal((80, 1000), (reset.SourcePort, reset.DestinationPort));
        Assert.Equal(((byte)TcpFlags.RST, 7000u, 0u), (reset.TcpFlags, reset.TcpSequence, reset.TcpAcknowledgment));
        Assert.Equal(PacketBuilder.DefaultSourceMac, MacAddress.Read(frame));
        Assert.Equal(PacketBuilder.DefaultDestinationMac, MacAddress.Read(frame.AsSpan(6)));
    }

    [Theory, MemberData(nameof(Families))]
    public void Toward_the_sender_of_a_syn_it_is_acknowledged(string from, string to)
    {
        FrameLayers reset = Reset(PacketBuilder.Tcp(from, to, TcpFlags.SYN, 5000), TcpResetTarget.Sender, out _);

        Assert.Equal(((byte)(TcpFlags.RST | TcpFlags.ACK), 0u, 5001u), (reset.TcpFlags, reset.TcpSequence, reset.TcpAcknowledgment));
    }

    [Fact]
    public void Data_and_fin_are_counted_in_the_acknowledgment()
    {
        FrameLayers reset = Reset(PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", TcpFlags.FIN, uint.MaxValue, 0, "hello"), TcpResetTarget.Sender, out _);

        Assert.Equal(5u, reset.TcpAcknowledgment);
    }

    [Theory, MemberData(nameof(Families))]
    public void Toward_the_receiver_it_stands_in_the_segments_place(string from, string to)
    {
        FrameLayers reset = Reset(PacketBuilder.Tcp(from, to, TcpFlags.ACK, 5000, 7000, "hello"), TcpResetTarget.Receiver, out byte[] frame);

        Assert.Equal((1000, 80), (reset.SourcePort, reset.DestinationPort));
        Assert.Equal(((byte)(TcpFlags.RST | TcpFlags.ACK), 5000u, 7000u), (reset.TcpFlags, reset.TcpSequence, reset.TcpAcknowledgment));
        Assert.Equal(PacketBuilder.DefaultDestinationMac, MacAddress.Read(frame));
    }

    [Fact]
    public void Toward_the_receiver_of_a_syn_ack_its_syn_is_acknowledged()
    {
        FrameLayers reset = Reset(PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", TcpFlags.SYN | TcpFlags.ACK, 5000, 7000), TcpResetTarget.Receiver, out _);

        Assert.Equal(((byte)(TcpFlags.RST | TcpFlags.ACK), 5000u, 7000u), (reset.TcpFlags, reset.TcpSequence, reset.TcpAcknowledgment));
    }

    [Fact]
    public void Vlan_tags_are_kept()
    {
        Reset(PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2") with { VlanTags = [1, 2, 3, 4] }, TcpResetTarget.Sender, out byte[] frame);

        Assert.Equal(14 + 16 + 40, frame.Length);
    }

    [Fact]
    public void A_reset_and_what_is_not_tcp_are_not_answered()
    {
        Span<byte> buffer = new byte[TcpReset.MaxSize];
        foreach (byte[] frame in new[]
        {
            PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", TcpFlags.RST).Build(),
            PacketBuilder.Udp("10.0.0.1:1", "10.0.0.2:2").Build(),
            PacketBuilder.Arp("10.0.0.1", "10.0.0.2"),
            (PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2") with { FragmentOffset = 64 }).Build(),
        })
        {
            FrameLayers.Parse(frame, out FrameLayers layers);
            Assert.Equal(0, TcpReset.Write(frame, layers, TcpResetTarget.Sender, buffer));
            Assert.Equal(0, TcpReset.Write(frame, layers, TcpResetTarget.Receiver, buffer));
        }
    }

    private static FrameLayers Reset(PacketBuilder packet, TcpResetTarget target, out byte[] reset)
    {
        byte[] frame = packet.Build();
        Assert.Equal(PacketError.None, FrameLayers.Parse(frame, out FrameLayers layers));
        byte[] buffer = new byte[TcpReset.MaxSize];
        buffer.AsSpan().Fill(0xEE);
        reset = buffer[..TcpReset.Write(frame, layers, target, buffer)];
        Assert.Equal(PacketError.None, FrameLayers.Parse(reset, out FrameLayers written));
        Assert.True(InternetChecksum.IsRight(reset, written));
        Assert.Equal(reset.Length, written.PayloadOffset);
        return written;
    }
}
