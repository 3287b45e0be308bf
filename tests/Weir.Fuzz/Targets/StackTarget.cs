using Weir.Packets;
using Weir.TcpIp;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;
using Weir.TcpIp.Udp;

namespace Weir.Fuzz.Targets;

/// <summary>Frames into a whole stack with open connections, sockets and neighbors, the time moving: nothing is thrown, memory stays in its bounds, what comes out can be read.</summary>
public static class StackTarget
{
    private const int LargestAnswer = 1500;

    private static readonly MacAddress Mac = MacAddress.Parse("02:00:00:00:00:02");
    private static readonly MacAddress PeerMac = MacAddress.Parse("02:00:00:00:00:01");
    private static Bed _bed = new();
    private static int _inputs;

    public static void Run(ReadOnlySpan<byte> input)
    {
        // A reset ends the connections sooner or later: they are opened again.
        if (++_inputs % 20_000 == 0)
            _bed = new Bed();
        _bed.Receive(input);
    }

    private sealed class Bed
    {
        private readonly NetworkStack _stack;
        private readonly MemoryDevice _ethernetWire;
        private readonly MemoryDevice _ipWire;
        private readonly TcpListener _listener;
        private readonly UdpSocket _udp;
        private readonly Queue<TcpConnection> _accepted = new();
        private readonly byte[] _frame = new byte[8192];
        private TimeSpan _now = TimeSpan.FromSeconds(1);
        private uint _state = 12_345;

        public Bed()
        {
            _stack = new NetworkStack(new NetworkStackOptions
            {
                Random = () => _state = (_state * 1_664_525) + 1_013_904_223,
                Tcp = new TcpLayerOptions { Secret = 77, MemoryLimit = 4 << 20, MaxConnections = 256 },
            });
            (MemoryDevice ethernet, _ethernetWire) = MemoryDevice.CreatePair(new DeviceCapabilities { Medium = DeviceMedium.Ethernet, Mtu = LargestAnswer });
            (MemoryDevice ip, _ipWire) = MemoryDevice.CreatePair(new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = LargestAnswer });
            var options = new InterfaceOptions { Mac = Mac, Forwarding = true, Transparent = true };
            _stack.AddInterface(ethernet, options with { Addresses = [IpPrefix.Parse("10.0.0.2/24"), IpPrefix.Parse("fd00::2/64")] }, _now);
            _stack.AddInterface(ip, options with { Transparent = false, Addresses = [IpPrefix.Parse("10.0.1.2/24"), IpPrefix.Parse("fd01::2/64")] }, _now);
            _stack.Routes.Add(new Route { Destination = IpPrefix.Parse("0.0.0.0/0"), Interface = 0, Gateway = IpAddressBits.Parse("10.0.0.1") });
            _listener = _stack.Tcp.Listen(new TcpListenOptions { Transparent = true });
            _udp = _stack.Udp.Open(new UdpSocketOptions { Transparent = true, AnyPort = true });
        }

        public void Receive(ReadOnlySpan<byte> input)
        {
            _now += TimeSpan.FromMilliseconds(3);
            Deliver(input, asItIs: true);
            Deliver(input, asItIs: false);
            Use();
            _stack.Transmit(_now);
            if (_stack.NextDeadline <= _now)
                _stack.Expire(_now);
            Check(_ethernetWire, EthernetHeader.Size + LargestAnswer);
            Check(_ipWire, LargestAnswer);
            Require.That(_stack.Tcp.Count <= 256, "TCP connections are bounded");
            Require.That(_stack.Tcp.MemoryUsed <= 8 << 20, "TCP memory is bounded");
        }

        /// <summary>As it is, and again with the Ethernet address, destination and checksums that let it come further in.</summary>
        private void Deliver(ReadOnlySpan<byte> input, bool asItIs)
        {
            Span<byte> frame = _frame.AsSpan(0, Math.Min(input.Length, _frame.Length));
            input[..frame.Length].CopyTo(frame);
            var offload = default(PacketOffload);
            if (!asItIs && frame.Length >= EthernetHeader.Size + Ipv4Header.Size)
            {
                Mac.WriteTo(frame);
                PeerMac.WriteTo(frame[6..]);
                RightHeader(frame[EthernetHeader.Size..]);
                offload = new PacketOffload { ChecksumVerified = true };
            }

            _stack.Receive(0, frame, offload, _now);
            if (frame.Length > EthernetHeader.Size)
                _stack.Receive(1, frame[EthernetHeader.Size..], offload, _now);
        }

        private static void RightHeader(Span<byte> packet)
        {
            int header = (packet[0] & 0x0F) << 2;
            if (packet[0] >> 4 != 4 || header < Ipv4Header.Size || header > packet.Length)
                return;
            packet[10..12].Clear();
            ushort checksum = InternetChecksum.Compute(packet[..header]);
            (packet[10], packet[11]) = ((byte)(checksum >> 8), (byte)checksum);
        }

        private void Use()
        {
            while (_listener.TryAccept(out TcpConnection? connection))
                _accepted.Enqueue(connection);
            while (_accepted.Count > 64)
                _accepted.Dequeue().Abort();
            foreach (TcpConnection connection in _accepted)
            {
                ReadOnlySpan<byte> bytes = connection.Peek();
                connection.Write(bytes);
                connection.Consume(bytes.Length);
                if (connection.IsReadFinished)
                    connection.CloseWrite();
            }

            while (_udp.TryReceive(out ReadOnlySpan<byte> datagram, out UdpArrival arrival))
                _udp.Reply(datagram, arrival, _now);
        }

        /// <summary>As far as the stack wrote it: what it forwards may be broken behind the IP header.</summary>
        private static bool IsReadable(ReadOnlySpan<byte> packet, DeviceMedium medium)
        {
            if (medium == DeviceMedium.Ethernet)
            {
                ushort type = (ushort)((packet[12] << 8) | packet[13]);
                packet = packet[EthernetHeader.Size..];
                if (type == EtherType.ETH_P_ARP)
                    return ArpMessage.Parse(packet, out _) == PacketError.None;
            }

            return packet[0] >> 4 == 4
                ? Ipv4Packet.Parse(packet, out Ipv4Packet read) == PacketError.None && read.IsHeaderChecksumRight
                : Ipv6Packet.Parse(packet, out _) == PacketError.None;
        }

        private static void Check(MemoryDevice wire, int largest)
        {
            while (wire.TryReceive(out Span<byte> packet, out _))
            {
                Require.That(packet.Length <= largest, "no packet is larger than the MTU");
                Require.That(IsReadable(packet, wire.Capabilities.Medium), $"what is sent can be read: {Convert.ToHexString(packet)}");
            }
        }
    }
}
