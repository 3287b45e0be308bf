using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Ip;

/// <summary>A stack with interfaces of memory, whose other ends the test holds: frames are injected, and what comes out is looked at.</summary>
internal sealed class Host
{
    public static readonly MacAddress Mac = PacketBuilder.DefaultDestinationMac;
    public static readonly MacAddress PeerMac = PacketBuilder.DefaultSourceMac;

    private readonly List<MemoryDevice> _wires = [];

    public Host(int seed = 1)
    {
        var random = new SeededGenerator(seed);
        Stack = new NetworkStack(new NetworkStackOptions { Random = random.NextUInt32 });
    }

    public NetworkStack Stack { get; }

    /// <summary>Of interfaces that are added from then on: most tests want to see only what they are about.</summary>
    public bool ListenerReports { get; init; }

    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>What was left to do with the last packet that <see cref="Sent"/> returned.</summary>
    public PacketOffload LastOffload { get; private set; }

    /// <summary>The usual one: 10.0.0.2/24 and fd00::2/64, a peer is 10.0.0.1 and fd00::1.</summary>
    public static Host On(DeviceMedium medium, int mtu = 1500, InterfaceOptions? options = null, int seed = 1)
    {
        var host = new Host(seed);
        host.Add(medium, mtu, options ?? new InterfaceOptions(), "10.0.0.2/24", "fd00::2/64");
        return host;
    }

    public int Add(DeviceMedium medium, int mtu, InterfaceOptions options, params string[] addresses) =>
        Add(new DeviceCapabilities { Medium = medium, Mtu = mtu }, options, addresses);

    public int Add(DeviceCapabilities capabilities, InterfaceOptions options, params string[] addresses)
    {
        var (inside, outside) = MemoryDevice.CreatePair(capabilities, queueBytes: 1 << 20);
        _wires.Add(outside);
        return Stack.AddInterface(inside, options with { Mac = Mac, ListenerReports = ListenerReports, Addresses = [.. options.Addresses, .. addresses.Select(IpPrefix.Parse)] }, Now);
    }

    /// <summary>A whole Ethernet frame; its Ethernet header is left out where the medium has none.</summary>
    public void Inject(byte[] frame, int index = 0, PacketOffload offload = default)
    {
        int skip = _wires[index].Capabilities.Medium == DeviceMedium.Ip ? EthernetHeader.Size : 0;
        Stack.Receive(index, frame.AsSpan(skip).ToArray(), offload, Now);
        Stack.Transmit(Now);
    }

    public void Inject(PacketBuilder packet, int index = 0) => Inject(packet.Build(), index);

    /// <summary>What has come out, as Ethernet frames: packets of an IP medium get a header of zeros.</summary>
    public List<byte[]> Sent(int index = 0)
    {
        List<byte[]> frames = [];
        while (_wires[index].TryReceive(out Span<byte> packet, out PacketOffload offload))
        {
            LastOffload = offload;
            byte[] header = [];
            if (_wires[index].Capabilities.Medium == DeviceMedium.Ip)
                header = [.. new byte[12], packet[0] >> 4 == 4 ? (byte)0x08 : (byte)0x86, packet[0] >> 4 == 4 ? (byte)0 : (byte)0xDD];
            frames.Add([.. header, .. packet]);
        }

        return frames;
    }

    /// <summary>The one packet that has come out: its checksums are right.</summary>
    public (byte[] Frame, FrameLayers Layers) ExpectOne(int index = 0)
    {
        List<byte[]> frames = Sent(index);
        Assert.True(frames.Count == 1, $"{frames.Count} packets came out:\n{string.Join('\n', frames.Select(frame => PacketPrinter.Print(frame)))}");
        return (frames[0], Read(frames[0]));
    }

    public void ExpectNothing(int index = 0)
    {
        List<byte[]> frames = Sent(index);
        Assert.True(frames.Count == 0, $"{frames.Count} packets came out:\n{string.Join('\n', frames.Select(frame => PacketPrinter.Print(frame)))}");
    }

    public void ExpectDrop(IpDropReason reason, long count = 1) => Assert.Equal(count, Stack.Dropped(reason));

    public void Advance(double seconds)
    {
        TimeSpan until = Now + TimeSpan.FromSeconds(seconds);
        while (Stack.NextDeadline is { } due && due <= until)
        {
            Now = due > Now ? due : Now;
            Stack.Expire(Now);
            Stack.Transmit(Now);
        }

        Now = until;
    }

    public static FrameLayers Read(byte[] frame)
    {
        Assert.Equal(PacketError.None, FrameLayers.Parse(frame, out FrameLayers layers));
        Assert.True(InternetChecksum.IsRight(frame, layers), $"the checksums are wrong: {PacketPrinter.Print(frame)}");
        return layers;
    }

    public static UInt128 Address(string text) => IpAddressBits.Parse(text);
}
