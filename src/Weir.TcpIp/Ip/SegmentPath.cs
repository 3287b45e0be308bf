using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Neighbors;
using Weir.TcpIp.Tcp;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Ip;

/// <summary>TCP's way between two addresses: route, neighbor and header are found once, a segment costs one copy of them.</summary>
/// <remarks>
/// <code>
/// template:  Ethernet header (14, Ethernet only) | IPv4 header (20) or IPv6 header (40)
/// </code>
/// Per segment only the length, the ECN bits and IPv4's checksum are filled in. Everything is looked up again when the stack's routes
/// or addresses have changed, or the neighbor was forgotten. It holds nothing of a connection, so all between two addresses share it.
/// </remarks>
internal sealed class SegmentPath : ISegmentPath
{
    private const int MaxTemplate = EthernetHeader.Size + Ipv6Header.Size;
    private const ushort DontFragment = 0x4000;

    private readonly NetworkStack _stack;
    private readonly byte[] _template = new byte[MaxTemplate];
    private readonly bool _isIpv4;
    private readonly int _ipHeader;
    private readonly ulong _pseudoSum;
    private NextHop _hop;
    private IDevice _device;
    private Neighbor? _neighbor;
    private int _linkHeader;
    private int _headers;
    private int _maxSegment;
    private int _maxOffload;
    private bool _leavesChecksum;
    private IGatherDevice? _gather;
    private int _generation;
    private int _rented;
    private ulong _templateSum;

    private SegmentPath(NetworkStack stack, UInt128 local, UInt128 remote, in NextHop hop)
    {
        _stack = stack;
        Local = local;
        Remote = remote;
        _isIpv4 = IpAddressBits.IsIpv4(remote);
        _ipHeader = _isIpv4 ? Ipv4Header.Size : Ipv6Header.Size;

        _pseudoSum = InternetChecksum.AddPseudoHeader(0, _isIpv4 ? (byte)4 : (byte)6, local, remote, IpProtocol.IPPROTO_TCP, 0);
        _device = hop.Interface.Device;
        Use(hop);
    }

    public UInt128 Local { get; }

    public UInt128 Remote { get; }

    public int MaxSegment
    {
        get
        {
            if (_generation != _stack.PathGeneration)
                Refresh();
            return _maxSegment;
        }
    }

    public int MaxSegmentOffload
    {
        get
        {
            if (_generation != _stack.PathGeneration)
                Refresh();
            return _maxOffload;
        }
    }

    /// <summary>What waits for a neighbor is copied.</summary>
    public int GatherFrom => _gather is null || _neighbor is { HasMac: false } ? int.MaxValue : _gather.GatherFrom;

    public bool HoldsUntilPush { get; private set; }

    /// <summary>Null: no route leads there.</summary>
    public static SegmentPath? Create(NetworkStack stack, UInt128 local, UInt128 remote) =>
        stack.Output.TryRoute(remote, stack.LinkOf(local, remote), out NextHop hop, out _) ? new SegmentPath(stack, local, remote, hop) : null;

    public Span<byte> Begin(int length)
    {
        if (_generation != _stack.PathGeneration || _neighbor is { State: NeighborState.None })
            Refresh();
        _rented = _headers + length;
        if (_neighbor is { HasMac: false })
            return _hop.Interface.Begin(_hop, _ipHeader + length)[_ipHeader..];
        Span<byte> buffer = _device.Rent(_rented);
        return buffer.IsEmpty ? default : buffer[_headers..];
    }

    public void Send(int length, int segmentSize, byte ecn)
    {
        if (!TryUseNeighbor())
        {
            SendUnresolved(length, segmentSize, ecn);
            return;
        }

        Span<byte> frame = WriteHeaders(length);
        PacketOffload offload = Finish(frame[_linkHeader..], length, 0, segmentSize, ecn, _linkHeader);
        _device.Send(frame.Length, offload);
    }

    public void Send(int header, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int segmentSize, byte ecn)
    {
        TryUseNeighbor();
        Span<byte> frame = WriteHeaders(header);
        ulong sum = _leavesChecksum ? 0 : InternetChecksum.Add(InternetChecksum.Add(0, first), second, first.Length);
        PacketOffload offload = Finish(frame[_linkHeader..], header + first.Length + second.Length, sum, segmentSize, ecn, _linkHeader);
        _gather!.Send(frame.Length, first, second, offload);
    }

    /// <summary>False: its Ethernet address is not known.</summary>
    private bool TryUseNeighbor()
    {
        if (_neighbor is null || _neighbor.State == NeighborState.Reachable)
            return true;
        if (!_neighbor.HasMac)
            return false;
        _hop.Interface.Neighbors.Use(_neighbor, _stack.Now);
        return true;
    }

    /// <summary>The headers before a segment of which <paramref name="length"/> bytes are in the buffer.</summary>
    private Span<byte> WriteHeaders(int length)
    {
        // The same memory again, see IDevice.Rent.
        Span<byte> frame = _device.Rent(_rented)[..(_headers + length)];
        _template.AsSpan(0, _headers).CopyTo(frame);
        _neighbor?.Mac.WriteTo(frame);
        _hop.Interface.Sent++;
        return frame;
    }

    public bool TrySendUnreachable(ReadOnlySpan<byte> segment)
    {
        Span<byte> packet = stackalloc byte[_ipHeader + segment.Length];
        if (_isIpv4)
        {
            new Ipv4Header
            {
                TotalLength = (ushort)packet.Length,
                TimeToLive = 64,
                Protocol = IpProtocol.IPPROTO_TCP,
                Source = (uint)Remote,
                Destination = (uint)Local,
            }.WriteTo(packet);
        }
        else
        {
            new Ipv6Header { PayloadLength = (ushort)segment.Length, NextHeader = IpProtocol.IPPROTO_TCP, HopLimit = 64, Source = Remote, Destination = Local }.WriteTo(packet);
        }

        segment.CopyTo(packet[_ipHeader..]);
        return _stack.Icmp.TrySendHostUnreachable(packet);
    }

    private void SendUnresolved(int length, int segmentSize, byte ecn)
    {
        Span<byte> packet = _hop.Interface.Begin(_hop, _ipHeader + length);
        _template.AsSpan(_linkHeader, _ipHeader).CopyTo(packet);
        PacketOffload offload = Finish(packet, length, 0, segmentSize, ecn, 0);
        _hop.Interface.Send(_hop, packet.Length, offload);
    }

    /// <summary>Length, ECN bits and checksums, into a packet that holds the template and the segment, or of it the part whose sum is not given.</summary>
    private PacketOffload Finish(Span<byte> packet, int length, ulong sumOfRest, int segmentSize, byte ecn, int offset)
    {
        if (_isIpv4)
        {
            // The template has been summed without length and ECN bits: they lie each in a word of their own, as a protocol and a length do.
            int total = Ipv4Header.Size + length;
            packet[1] = ecn;
            WriteUInt16BigEndian(packet[2..], (ushort)total);
            WriteUInt16BigEndian(packet[10..], InternetChecksum.Finish(InternetChecksum.AddPseudoHeader(_templateSum, 4, 0, 0, ecn, total)));
        }
        else
        {
            packet[1] = (byte)(ecn << 4);
            WriteUInt16BigEndian(packet[4..], (ushort)length);
        }

        // The addresses have been summed; the length is what is left, and at the same place for both families.
        ulong sum = InternetChecksum.AddPseudoHeader(_pseudoSum, 4, 0, 0, 0, length);
        Span<byte> segment = packet[_ipHeader..];
        if (!_leavesChecksum)
        {
            WriteUInt16BigEndian(segment[16..], InternetChecksum.Finish(InternetChecksum.Add(sum + sumOfRest, segment)));
            return default;
        }

        WriteUInt16BigEndian(segment[16..], InternetChecksum.Partial(sum));
        return new PacketOffload
        {
            ChecksumPartial = true,
            TransportOffset = (ushort)(offset + _ipHeader),
            ChecksumOffset = 16,
            SegmentSize = (ushort)segmentSize,
        };
    }

    /// <summary>When the route is gone the old way is kept: packets that are still sent there are lost like on any broken path, and TCP hears of it by its timers.</summary>
    private void Refresh()
    {
        if (_stack.Output.TryRoute(Remote, _stack.LinkOf(Local, Remote), out NextHop hop, out _))
        {
            Use(hop);
            return;
        }

        _generation = _stack.PathGeneration;
        if (_neighbor is { State: NeighborState.None } dead)
        {
            _neighbor = _hop.Interface.Neighbors.Get(dead.Address, _stack.Now);
            _hop = _hop with { Neighbor = _neighbor };
        }
    }

    private void Use(in NextHop hop)
    {
        _hop = hop;
        _generation = _stack.PathGeneration;
        _neighbor = hop.Neighbor;
        _device = hop.Interface.Device;
        _gather = _device as IGatherDevice;
        _linkHeader = hop.Interface.HeaderSize;
        _headers = _linkHeader + _ipHeader;
        DeviceCapabilities device = _device.Capabilities;
        HoldsUntilPush = device.HoldsUntilPush;
        _leavesChecksum = device.TransmitChecksumOffload;
        _maxSegment = hop.RouteMtu - _ipHeader;
        _maxOffload = _leavesChecksum && device.MaxSegmentOffload > hop.RouteMtu ? Math.Min(device.MaxSegmentOffload, ushort.MaxValue) - _ipHeader : 0;
        if (_linkHeader != 0)
            new EthernetHeader(hop.GroupMac, hop.Interface.Mac, _isIpv4 ? EtherType.ETH_P_IP : EtherType.ETH_P_IPV6).WriteTo(_template);
        WriteIpHeader(_template.AsSpan(_linkHeader));
        _templateSum = InternetChecksum.Add(0, _template.AsSpan(_linkHeader, Ipv4Header.Size));
    }

    private void WriteIpHeader(Span<byte> header)
    {
        if (!_isIpv4)
        {
            new Ipv6Header { NextHeader = IpProtocol.IPPROTO_TCP, HopLimit = IpOutput.DefaultHopLimit, Source = Local, Destination = Remote }.WriteTo(header);
            return;
        }

        // DF and identification 0: an atomic datagram (RFC 6864 4.1).
        new Ipv4Header
        {
            Fragment = DontFragment,
            TimeToLive = IpOutput.DefaultHopLimit,
            Protocol = IpProtocol.IPPROTO_TCP,
            Source = (uint)Local,
            Destination = (uint)Remote,
        }.WriteTo(header);
    }
}
