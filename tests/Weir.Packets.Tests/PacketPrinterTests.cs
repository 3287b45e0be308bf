using Weir.Packets.Dns;
using Weir.Testing;

namespace Weir.Packets.Tests;

public class PacketPrinterTests
{
    [Fact]
    public void Each_kind_of_frame_is_one_line()
    {
        byte[] options = Hex.Bytes("0204 05b4 0402 080a 00001000 00000000 01 0303 07");
        byte[] tcp = (PacketBuilder.Tcp("10.0.0.1:40000", "10.0.0.2:80", TcpFlags.SYN, 5) with { TcpOptions = options }).Build();
        byte[] udp6 = PacketBuilder.Udp("[fd00::1]:5000", "[fd00::2]:6000", "hello").Build();
        IReadOnlyList<byte[]> fragments = (PacketBuilder.Udp("10.0.0.1:1", "10.0.0.2:2", new byte[40]) with { FragmentId = 9 }).BuildFragments(24);
        var dns = new DnsWriter(new byte[512], 7, 0x8180);
        dns.WriteQuestion("db.test", DnsRecordType.A);
        dns.WriteAddress("db.test", IpAddressBits.Parse("10.0.0.9"), 60);

        Assert.Equal(
            [
                "IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [S], seq 5, win 64240, options [mss 1460,sackOK,TS val 4096 ecr 0,wscale 7], length 0",
                "IP6 fd00::1.1 > fd00::2.2: Flags [FP.], seq 1:4, ack 9, win 64240, length 3",
                "vlan 12, IP6 fd00::1.5000 > fd00::2.6000: UDP, length 5",
                "IP 10.0.0.2.53 > 10.0.0.1.5353: DNS 7 response A? db.test, A 10.0.0.9, length 48",
                "IP 10.0.0.1 > 10.0.0.2: ICMP, echo request, id 3, seq 1, length 24",
                "IP6 fd00::1 > fd00::2: ICMP6, echo reply, id 3, seq 1, length 24",
                "IP 10.0.0.9 > 10.0.0.1: ICMP, PacketTooBig code 4 mtu 1400 about 10.0.0.1.40000 > 10.0.0.2.80 TCP, length 36",
                "ARP, Request who-has 10.0.0.2 tell 10.0.0.1",
                "ARP, Reply 10.0.0.1 is-at 02:00:00:00:00:01",
                "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 0x88cc, length 42",
                "IP 10.0.0.1 > 10.0.0.2: UDP, length 24, fragment of 9",
                "IP 10.0.0.1.1 > 10.0.0.2.2: TCP, malformed: the TCP data offset is below 20 bytes (TcpDataOffsetBelowHeader), frame length 54",
                "malformed: the frame is shorter than an Ethernet header (EthernetTooShort), frame length 3",
            ],
            [
                PacketPrinter.Print(tcp),
                PacketPrinter.Print(PacketBuilder.Tcp("[fd00::1]:1", "[fd00::2]:2", TcpFlags.FIN | TcpFlags.ACK | TcpFlags.PSH, 1, 9, "abc").Build()),
                PacketPrinter.Print((PacketBuilder.Udp("[fd00::1]:5000", "[fd00::2]:6000", "hello") with { VlanTags = [12] }).Build()),
                PacketPrinter.Print(PacketBuilder.Udp("10.0.0.2:53", "10.0.0.1:5353", dns.Finish().ToArray()).Build()),
                PacketPrinter.Print(PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2", 3).Build()),
                PacketPrinter.Print(PacketBuilder.IcmpEcho("fd00::1", "fd00::2", 3, reply: true).Build()),
                PacketPrinter.Print(PacketBuilder.IcmpError("10.0.0.9", "10.0.0.1", 3, 4, tcp, 28, 1400).Build()),
                PacketPrinter.Print(PacketBuilder.Arp("10.0.0.1", "10.0.0.2")),
                PacketPrinter.Print(PacketBuilder.Arp("10.0.0.1", "10.0.0.2", reply: true)),
                PacketPrinter.Print((PacketBuilder.Udp("10.0.0.1:1", "10.0.0.2:2") with { EtherType = 0x88CC }).Build()),
                PacketPrinter.Print(fragments[1]),
                PacketPrinter.Print((PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2") with { WrongDataOffsetWords = 4 }).Build()),
                PacketPrinter.Print(new byte[3]),
            ]);
        Assert.DoesNotContain("vlan", PacketPrinter.Print(udp6), StringComparison.Ordinal);
    }

    [Fact]
    public void Random_frames_are_printed_without_a_throw()
    {
        var random = new Random(6);
        byte[] start = PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:53", payload: "hello").Build();
        for (int i = 0; i < 100_000; i++)
        {
            byte[] frame = [.. start];
            frame[random.Next(12, frame.Length)] = (byte)random.Next(256);
            frame[random.Next(12, 40)] = (byte)random.Next(256);
            Assert.False(string.IsNullOrEmpty(PacketPrinter.Print(frame.AsSpan(0, random.Next(frame.Length + 1)))));
        }
    }
}
