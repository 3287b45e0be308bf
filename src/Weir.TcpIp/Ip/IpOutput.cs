using Weir.Packets;
using Weir.TcpIp.Devices;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Ip;

/// <summary>The way out for everything but TCP's segments: route, source, header, fragments.</summary>
/// <remarks>
/// Begin gives the room behind the IP header; the caller writes its whole message there, checksum included, and calls Send. A packet that
/// fits is written straight into the device's memory and goes with DF set and identification 0 (RFC 6864 4.1, an atomic datagram), unless
/// it may be fragmented on its way; a larger one is built aside and cut.
/// </remarks>
internal sealed class IpOutput(NetworkStack stack)
{
    public const byte DefaultHopLimit = 64;
    private const ushort DontFragment = 0x4000;

    private readonly byte[] _large = new byte[Ipv6Header.Size + ushort.MaxValue];
    private NextHop _hop;
    private int _length;
    private bool _isLarge;

    /// <summary>The source of the packet that was begun last.</summary>
    public UInt128 Source { get; private set; }

    /// <summary>The device computes the transport checksum of the packet that was begun last.</summary>
    public bool CanLeaveChecksum { get; private set; }

    /// <summary>Where a packet leaves.</summary>
    public bool TryRoute(UInt128 destination, StackInterface? wanted, out NextHop hop, out Route? route)
    {
        route = null;
        if (stack.Owns(destination) || AddressKinds.IsLoopback(destination))
        {
            hop = new NextHop { Interface = stack.Loopback, RouteMtu = stack.Loopback.Mtu, Mtu = stack.Loopback.Mtu };
            return true;
        }

        bool isGroup = AddressKinds.IsMulticast(destination) || destination == AddressKinds.LimitedBroadcast;
        bool isLinkLocal = !isGroup && wanted is not null && !IpAddressBits.IsIpv4(destination) && AddressKinds.IsLinkLocal(destination);
        StackInterface? output = wanted;
        UInt128 next = destination;
        int mtu = 0;
        if (!isLinkLocal && (!isGroup || output is null))
        {
            if (!stack.Routes.TryFind(destination, out route))
            {
                hop = default!;
                return false;
            }

            output = stack.Find(route.Interface);
            next = route.Gateway == 0 ? destination : route.Gateway;
            mtu = route.Mtu;
        }

        if (output is null)
        {
            hop = default!;
            return false;
        }

        mtu = mtu == 0 ? output.Mtu : Math.Min(mtu, output.Mtu);
        hop = new NextHop
        {
            Interface = output,
            RouteMtu = mtu,
            Mtu = stack.PathMtus.Find(destination, mtu),
            GroupMac = isGroup && destination != AddressKinds.LimitedBroadcast ? AddressKinds.GroupMac(destination) : MacAddress.Broadcast,
            Neighbor = output.Medium == DeviceMedium.Ethernet && !isGroup && !output.IsBroadcast(destination) ? output.Neighbors.Get(next, stack.Now) : null,
        };
        return true;
    }

    /// <summary>Bytes of the largest packet that the route to a destination takes; 0: there is none. No neighbor is asked for.</summary>
    public int RouteMtu(UInt128 destination)
    {
        if (stack.Owns(destination) || AddressKinds.IsLoopback(destination))
            return stack.Loopback.Mtu;
        if (!stack.Routes.TryFind(destination, out Route? route))
            return 0;
        int link = stack.Find(route.Interface).Mtu;
        return route.Mtu == 0 ? link : Math.Min(route.Mtu, link);
    }

    /// <summary>The own address for a destination; 0: none.</summary>
    public UInt128 ChooseSource(UInt128 destination, in NextHop hop, Route? route)
    {
        if (hop.Interface == stack.Loopback)
            return destination;
        if (route is { PreferredSource: var preferred } && preferred != 0)
            return preferred;
        UInt128 source = hop.Interface.ChooseSource(destination);

        // RFC 1122 3.3.4.2, the weak model: any address of ours will do where the interface has none.
        return source != 0 ? source : stack.AnySource(destination);
    }

    /// <summary>Room for <paramref name="length"/> bytes behind the IP header; empty when the result is not Sent.</summary>
    public IpSendResult Begin(in IpOutgoing packet, int length, out Span<byte> transport)
    {
        transport = default;
        if (!TryRoute(packet.Destination, packet.Interface, out _hop, out Route? route))
            return Fail(IpDropReason.NoRoute, IpSendResult.NoRoute);
        Source = packet.Source != 0 ? packet.Source : ChooseSource(packet.Destination, _hop, route);
        bool isIpv4 = IpAddressBits.IsIpv4(packet.Destination);
        if (Source == 0 || IpAddressBits.IsIpv4(Source) != isIpv4)
            return Fail(IpDropReason.NoRoute, IpSendResult.NoRoute);

        int header = isIpv4 ? Ipv4Header.Size : Ipv6Header.Size;
        _length = header + length;
        if ((isIpv4 ? _length : length) > ushort.MaxValue)
            return IpSendResult.TooLong;
        _isLarge = _length > _hop.Mtu;
        if (_isLarge && packet.DontFragment)
            return IpSendResult.TooLong;
        Span<byte> buffer = _isLarge ? _large.AsSpan(0, _length) : _hop.Interface.Begin(_hop, _length);
        if (buffer.IsEmpty)
            return Fail(IpDropReason.DeviceFull, IpSendResult.NoRoom);
        CanLeaveChecksum = !_isLarge && _hop.Interface.Device.Capabilities.TransmitChecksumOffload;
        if (isIpv4)
            WriteIpv4(buffer, packet);
        else
            WriteIpv6(buffer, packet, length);
        transport = buffer[header..];
        return IpSendResult.Sent;
    }

    /// <summary>Sends what Begin has given room for.</summary>
    public void Send(in PacketOffload offload)
    {
        if (_isLarge)
            Fragmenter.Send(stack, _hop, _large.AsSpan(0, _length));
        else
            _hop.Interface.Send(_hop, _length, offload);
    }

    private IpSendResult Fail(IpDropReason reason, IpSendResult result)
    {
        stack.Drop(reason);
        return result;
    }

    private void WriteIpv4(Span<byte> buffer, in IpOutgoing packet)
    {
        bool isAtomic = !_isLarge && !packet.MayBeFragmented;
        new Ipv4Header
        {
            TrafficClass = packet.TrafficClass,
            TotalLength = (ushort)_length,
            Identification = isAtomic ? (ushort)0 : (ushort)stack.Identifications.Next(Source, packet.Destination, packet.Protocol),
            Fragment = isAtomic ? DontFragment : (ushort)0,
            TimeToLive = packet.HopLimit == 0 ? DefaultHopLimit : packet.HopLimit,
            Protocol = packet.Protocol,
            Source = (uint)Source,
            Destination = (uint)packet.Destination,
        }.WriteTo(buffer);
        WriteUInt16BigEndian(buffer[10..], InternetChecksum.Compute(buffer[..Ipv4Header.Size]));
    }

    private void WriteIpv6(Span<byte> buffer, in IpOutgoing packet, int length) => new Ipv6Header
    {
        TrafficClass = packet.TrafficClass,
        PayloadLength = (ushort)length,
        NextHeader = packet.Protocol,
        HopLimit = packet.HopLimit == 0 ? DefaultHopLimit : packet.HopLimit,
        Source = Source,
        Destination = packet.Destination,
    }.WriteTo(buffer);
}
