using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;
using Weir.TcpIp.Tests.Devices;
using Weir.TcpIp.Tests.Ip;
using Weir.Testing;

namespace Weir.TcpIp.Tests;

/// <summary>TCP over IP over a device: two whole stacks.</summary>
public class NetworkStackTests
{
    public static TheoryData<bool, DeviceMedium, int, bool> Links
    {
        get
        {
            var all = new TheoryData<bool, DeviceMedium, int, bool>();
            foreach (bool ipv6 in new[] { false, true })
            {
                foreach (DeviceMedium medium in Enum.GetValues<DeviceMedium>())
                {
                    foreach (int mtu in new[] { 576, 1280, 1500, 65_520 })
                    {
                        if (ipv6 && mtu < 1280)
                            continue;
                        all.Add(ipv6, medium, mtu, false);
                        if (mtu >= 1500)
                            all.Add(ipv6, medium, mtu, true);
                    }
                }
            }

            return all;
        }
    }

    internal static DeviceCapabilities Device(DeviceMedium medium, int mtu, bool offload) => new()
    {
        Medium = medium,
        Mtu = mtu,
        TransmitChecksumOffload = offload,
        MaxSegmentOffload = offload ? ushort.MaxValue : 0,
    };

    [Theory, MemberData(nameof(Links))]
    public void A_connection_carries_bytes_both_ways_and_closes(bool ipv6, DeviceMedium medium, int mtu, bool offload)
    {
        var pair = new StackPair(Device(medium, mtu, offload));
        (TcpConnection first, TcpConnection second) = pair.Connect(ipv6);
        var transfer = new Transfer(first, second, 400_000, seed: mtu);

        Assert.True(pair.RunUntil(transfer.Move, TimeSpan.FromSeconds(30)), transfer.ToString());
        Assert.True(first.Info.Retransmissions + second.Info.Retransmissions == 0, $"{pair.Now}\n{first.Info}\n{second.Info}");
        Assert.Equal(0, pair.First.Dropped(IpDropReason.TransportChecksumWrong));
        Assert.True(pair.RunUntil(() => pair.First.Tcp.Count + pair.Second.Tcp.Count == 0, TimeSpan.FromMinutes(3)), "TIME-WAIT ends");
    }

    [Theory]
    [InlineData(DeviceMedium.Ip, 65_520, false)]
    [InlineData(DeviceMedium.Ip, 1500, true)]
    [InlineData(DeviceMedium.Ethernet, 65_520, false)]
    public void Large_payloads_are_sent_from_where_they_lie_if_the_device_can(DeviceMedium medium, int mtu, bool offload)
    {
        List<GatherDevice> devices = [];
        var pair = new StackPair(Device(medium, mtu, offload), around: inner =>
        {
            var device = new GatherDevice(inner);
            devices.Add(device);
            return device;
        });
        (TcpConnection first, TcpConnection second) = pair.Connect(ipv6: false);

        // One byte alone: all that follows begins at an odd place of the ring.
        first.Write([1]);
        Assert.True(pair.RunUntil(() => second.Available == 1, TimeSpan.FromSeconds(1)));
        second.Consume(1);
        var transfer = new Transfer(first, second, 4_000_000, seed: mtu);

        Assert.True(pair.RunUntil(transfer.Move, TimeSpan.FromSeconds(30)), transfer.ToString());
        Assert.All(devices, device => Assert.InRange(device.Gathered, 10, int.MaxValue));
        Assert.NotEqual(0, devices.Sum(device => device.CutOdd));
        Assert.Equal(0, pair.First.Dropped(IpDropReason.TransportChecksumWrong) + pair.Second.Dropped(IpDropReason.TransportChecksumWrong));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void We_connect_to_ourselves(bool ipv6)
    {
        var pair = new StackPair(Device(DeviceMedium.Ethernet, 1500, false));
        TcpListener listener = pair.First.Tcp.Listen(new TcpListenOptions { Port = 80 });
        foreach (UInt128 own in new[] { StackPair.Address(0, ipv6), Host.Address(ipv6 ? "::1" : "127.0.0.1") })
        {
            TcpConnection? client = pair.First.Tcp.Connect(new TcpConnectOptions { RemoteAddress = own, RemotePort = 80 }, null, pair.Now);
            TcpConnection? server = null;
            Assert.True(pair.RunUntil(() => listener.TryAccept(out server), TimeSpan.FromSeconds(1)));
            var transfer = new Transfer(client!, server!, 300_000, seed: 1);
            Assert.True(pair.RunUntil(transfer.Move, TimeSpan.FromSeconds(5)), transfer.ToString());
        }
    }

    [Theory, InlineData("198.51.100.7"), InlineData("2001:db8::7")]
    public void A_transparent_listener_is_reached_at_any_address_and_port(string foreign)
    {
        var pair = new StackPair(Device(DeviceMedium.Ethernet, 1500, false), second: new InterfaceOptions { Transparent = true });
        bool ipv6 = foreign.Contains(':', StringComparison.Ordinal);
        pair.First.Routes.Add(new Route { Destination = IpPrefix.Parse(ipv6 ? "::/0" : "0.0.0.0/0"), Interface = 0, Gateway = StackPair.Address(1, ipv6) });
        TcpListener listener = pair.Second.Tcp.Listen(new TcpListenOptions { Transparent = true });
        TcpConnection? client = pair.First.Tcp.Connect(new TcpConnectOptions { RemoteAddress = Host.Address(foreign), RemotePort = 4711 }, null, pair.Now);
        TcpConnection? server = null;
        Assert.True(pair.RunUntil(() => listener.TryAccept(out server), TimeSpan.FromSeconds(1)));

        Assert.Equal((Host.Address(foreign), (ushort)4711), (server!.LocalAddress, server.LocalPort));
        var transfer = new Transfer(client!, server, 100_000, seed: 1);
        Assert.True(pair.RunUntil(transfer.Move, TimeSpan.FromSeconds(5)), transfer.ToString());
    }

    [Fact]
    public void A_silent_neighbor_and_a_closed_port_are_told_apart()
    {
        var pair = new StackPair(Device(DeviceMedium.Ethernet, 1500, false));
        TcpConnection? closed = pair.First.Tcp.Connect(new TcpConnectOptions { RemoteAddress = StackPair.Address(1, false), RemotePort = 9 }, null, pair.Now);
        Assert.True(pair.RunUntil(() => closed!.State == TcpState.Closed, TimeSpan.FromSeconds(1)));
        Assert.Equal(TcpError.Refused, closed!.Error);

        TcpConnection? silent = pair.First.Tcp.Connect(new TcpConnectOptions { RemoteAddress = Host.Address("10.0.0.77"), RemotePort = 9 }, null, pair.Now);
        Assert.True(pair.RunUntil(() => silent!.State == TcpState.Closed, TimeSpan.FromMinutes(5)));
        Assert.Equal(TcpError.Unreachable, silent!.Error);
        Assert.Null(pair.First.Tcp.Connect(new TcpConnectOptions { RemoteAddress = Host.Address("192.0.2.1"), RemotePort = 9 }, null, pair.Now));
    }

    [Fact]
    public void A_router_on_the_way_with_a_smaller_mtu_is_heard()
    {
        // The peer is a script: it answers the first large segment with "fragmentation needed".
        Host host = Host.On(DeviceMedium.Ip);
        TcpListener listener = host.Stack.Tcp.Listen(new TcpListenOptions { Port = 80, Profile = TcpProfile.Default with { Timestamps = false } });
        host.Inject(PacketBuilder.Tcp("10.0.0.1:5", "10.0.0.2:80", TcpFlags.SYN, sequence: 100) with { TcpOptions = [2, 4, 0x05, 0xB4] });
        FrameLayers synAck = host.ExpectOne().Layers;
        host.Inject(PacketBuilder.Tcp("10.0.0.1:5", "10.0.0.2:80", TcpFlags.ACK, sequence: 101, acknowledgment: synAck.TcpSequence + 1));
        Assert.True(listener.TryAccept(out TcpConnection connection));
        connection.Write(new byte[1460]);
        host.Stack.Transmit(host.Now);
        byte[] sent = host.ExpectOne().Frame;
        Assert.Equal(1500, sent.Length - 14);

        host.Inject(PacketBuilder.IcmpError("10.0.0.9", "10.0.0.2", 3, 4, sent, 28, rest: 1000));
        List<byte[]> again = host.Sent();
        Assert.Equal([1000, 540], again.Select(frame => frame.Length - 14));
        Assert.Equal([Host.Read(sent).TcpSequence, Host.Read(sent).TcpSequence + 960], again.Select(frame => Host.Read(frame).TcpSequence));
        Assert.All(again, frame => Assert.Equal(0x40, frame[20]));
    }

    [Fact]
    public void The_mark_of_congestion_comes_up_and_ect_goes_out()
    {
        var pair = new StackPair(Device(DeviceMedium.Ip, 1500, false));
        (TcpConnection first, TcpConnection second) = pair.Connect(ipv6: false, TcpProfile.Default with { Ecn = EcnMode.Request });
        var transfer = new Transfer(first, second, 100_000, seed: 1);
        Assert.True(pair.RunUntil(transfer.Move, TimeSpan.FromSeconds(5)), transfer.ToString());
    }

    [Fact]
    public void An_interface_needs_what_its_medium_needs()
    {
        var stack = new NetworkStack(new NetworkStackOptions { Random = new SeededGenerator(1).NextUInt32 });
        var (ethernet, _) = MemoryDevice.CreatePair(Device(DeviceMedium.Ethernet, 1500, false));
        var (small, _) = MemoryDevice.CreatePair(Device(DeviceMedium.Ip, 575, false));

        Assert.Throws<ArgumentException>(() => stack.AddInterface(ethernet, new InterfaceOptions()));
        Assert.Throws<ArgumentException>(() => stack.AddInterface(small, new InterfaceOptions()));
    }

    /// <summary>Random bytes both ways at once; each end closes when it has written all, and both must have read exactly what the other one wrote.</summary>
    internal sealed class Transfer(TcpConnection first, TcpConnection second, int length, int seed)
    {
        private readonly byte[][] _data = [new SeededGenerator(seed).Bytes(length), new SeededGenerator(seed + 1).Bytes(length / 3)];
        private readonly int[] _written = new int[2];
        private readonly int[] _read = new int[2];

        /// <summary>Writes and reads what can be; true: all is done.</summary>
        public bool Move()
        {
            bool done = true;
            for (int end = 0; end < 2; end++)
            {
                TcpConnection connection = end == 0 ? first : second;
                if (_written[end] < _data[end].Length)
                {
                    _written[end] += connection.Write(_data[end].AsSpan(_written[end]));
                    if (_written[end] == _data[end].Length)
                        connection.CloseWrite();
                }

                ReadOnlySpan<byte> expected = _data[1 - end];
                for (ReadOnlySpan<byte> bytes = connection.Peek(); !bytes.IsEmpty; bytes = connection.Peek())
                {
                    Assert.True(bytes.Length <= expected.Length - _read[end] && bytes.SequenceEqual(expected.Slice(_read[end], bytes.Length)), $"seed {seed}: other bytes than were sent near {_read[end]}");
                    _read[end] += bytes.Length;
                    connection.Consume(bytes.Length);
                }

                done &= _read[end] == expected.Length && connection.IsReadFinished && _written[end] == _data[end].Length;
            }

            return done;
        }

        public override string ToString() => $"seed {seed}: written {_written[0]} and {_written[1]}, read {_read[1]} and {_read[0]}, {first.State} {first.Error} and {second.State} {second.Error}";
    }
}
