using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Devices;

public class PcapngDeviceTests
{
    private const string Tcpdump = "/usr/bin/tcpdump";

    [Fact]
    public void What_is_sent_goes_through_unchanged_and_is_written_in_blocks()
    {
        var (first, second) = MemoryDevice.CreatePair(new DeviceCapabilities { Medium = DeviceMedium.Ethernet, Mtu = 1500 });
        using var stream = new MemoryStream();
        var device = new PcapngDevice(first, stream, new ManualTimeProvider());
        byte[] frame = PacketBuilder.Udp("10.0.0.1:1000", "10.0.0.2:53", "hello").Build();
        frame.CopyTo(device.Rent(frame.Length));
        device.Send(frame.Length, default);
        device.Received(frame);

        Assert.True(second.TryReceive(out Span<byte> packet, out _));
        Assert.True(packet.SequenceEqual(frame));
        Assert.Equal(2, device.Packets);

        byte[] file = stream.ToArray();
        Assert.Equal("0A0D0D0A1C0000004D3C2B1A01000000FFFFFFFFFFFFFFFF1C000000", Convert.ToHexString(file[..28]));
        Assert.Equal("0100000020000000010000000000000009000100090000000000000020000000", Convert.ToHexString(file[28..60]));
        int size = 44 + ((frame.Length + 3) / 4 * 4);
        Assert.Equal(60 + (2 * size), file.Length);
        Assert.Equal(frame, file[88..(88 + frame.Length)]);
        Assert.Equal(2, file[60 + size - 12]); // Outbound.
        Assert.Equal(1, file[60 + (2 * size) - 12]); // Inbound.
    }

    [Fact]
    public void Without_room_behind_it_nothing_is_rented_or_written()
    {
        var (first, _) = MemoryDevice.CreatePair(new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = 1500 }, queueBytes: 100);
        using var stream = new MemoryStream();
        var device = new PcapngDevice(first, stream, new ManualTimeProvider());

        Assert.True(device.Rent(101).IsEmpty);
        Assert.Equal(0, device.Packets);
    }

    [Theory]
    [InlineData(DeviceMedium.Ip)]
    [InlineData(DeviceMedium.Ethernet)]
    public void Tcpdump_reads_the_file(DeviceMedium medium)
    {
        Assert.SkipUnless(File.Exists(Tcpdump), "tcpdump is not installed");
        using var folder = new ScratchFolder();
        string path = Path.Combine(folder.Path, "a.pcapng");
        var time = new ManualTimeProvider(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero));
        using (var stream = File.Create(path))
        {
            var (first, _) = MemoryDevice.CreatePair(new DeviceCapabilities { Medium = medium, Mtu = 1500 });
            var device = new PcapngDevice(first, stream, time);
            int skip = medium == DeviceMedium.Ip ? 14 : 0;
            device.Received(PacketBuilder.Tcp("10.0.0.1:40000", "10.0.0.2:80", TcpFlags.SYN, sequence: 100).Build().AsSpan(skip));
            time.Advance(TimeSpan.FromTicks(1_234_567));
            device.Received(PacketBuilder.Udp("[fd00::1]:5353", "[fd00::2]:53", "odd").Build().AsSpan(skip));
        }

        string text = Tool.Run(Tcpdump, "--nano", "-tt", "-n", "-r", path).Output;
        Assert.Contains("1770091506.000000000", text, StringComparison.Ordinal);
        Assert.Contains("10.0.0.1.40000 > 10.0.0.2.80: Flags [S], seq 100", text, StringComparison.Ordinal);
        Assert.Contains("1770091506.123456700", text, StringComparison.Ordinal);
        Assert.Contains("fd00::1.5353 > fd00::2.53", text, StringComparison.Ordinal);
    }
}
