using Weir.Packets;
using Weir.TcpIp.Ip;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Neighbors;

/// <summary>A message of ICMPv6 that stays on the link, neighbor discovery or listener discovery, written into a frame of the device.</summary>
/// <remarks>
/// <code>
/// Ethernet | IPv6 | hop-by-hop header, if any | message
/// </code>
/// </remarks>
internal readonly ref struct DiscoveryFrame
{
    private readonly StackInterface _from;
    private readonly Span<byte> _frame;
    private readonly UInt128 _source;
    private readonly UInt128 _destination;
    private readonly Neighbor? _waitsFor;

    private DiscoveryFrame(StackInterface from, Neighbor? waitsFor, Span<byte> frame, int headers, UInt128 source, UInt128 destination)
    {
        (_from, _waitsFor, _source, _destination) = (from, waitsFor, source, destination);
        _frame = frame;
        Message = frame[headers..];
    }

    /// <summary>The message's bytes: all of it is the writer's, but for the checksum.</summary>
    public Span<byte> Message { get; }

    /// <summary>Rents a frame and writes its headers.</summary>
    /// <param name="from">The interface that sends.</param>
    /// <param name="to">The Ethernet destination.</param>
    /// <param name="header">The IPv6 header; its payload's length is worked out here.</param>
    /// <param name="hopByHop">A whole hop-by-hop header; empty: none.</param>
    /// <param name="length">Bytes of the message.</param>
    /// <param name="frame">What to fill and send.</param>
    /// <param name="waitsFor">When given: whose Ethernet address is asked for first.</param>
    /// <returns>False: the device has no room.</returns>
    public static bool TryBegin(StackInterface from, MacAddress to, scoped in Ipv6Header header, scoped ReadOnlySpan<byte> hopByHop, int length, out DiscoveryFrame frame, Neighbor? waitsFor = null)
    {
        int before = EthernetHeader.Size + Ipv6Header.Size + hopByHop.Length;
        Span<byte> bytes = waitsFor is null ? from.Device.Rent(before + length) : from.Scratch[..(before + length)];
        frame = default;
        if (bytes.IsEmpty)
            return false;
        new EthernetHeader(to, from.Mac, EtherType.ETH_P_IPV6).WriteTo(bytes);
        (header with { PayloadLength = (ushort)(hopByHop.Length + length) }).WriteTo(bytes[EthernetHeader.Size..]);
        hopByHop.CopyTo(bytes[(EthernetHeader.Size + Ipv6Header.Size)..]);
        frame = new DiscoveryFrame(from, waitsFor, bytes, before, header.Source, header.Destination);
        return true;
    }

    /// <summary>Checksum, and away.</summary>
    public void Send()
    {
        WriteUInt16BigEndian(Message[2..], InternetChecksum.Transport(6, _source, _destination, IpProtocol.IPPROTO_ICMPV6, Message));
        if (_waitsFor is null)
            _from.Device.Send(_frame.Length, default);
        else
            _from.Neighbors.Wait(_waitsFor, _frame, default, isForwarded: false, _from.Stack.Now);
    }
}
