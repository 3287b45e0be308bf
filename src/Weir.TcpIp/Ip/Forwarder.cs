using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Icmp;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Ip;

/// <summary>A router's part: packets for others from one interface to another (RFC 1812 5.2, RFC 8200 3).</summary>
internal sealed class Forwarder(NetworkStack stack)
{
    private const ushort DontFragment = 0x4000;

    /// <param name="arrived">Its headers.</param>
    /// <param name="packet">The same bytes; hop limit and checksum are changed in place.</param>
    /// <param name="offload">What the device said of it.</param>
    public void Forward(in Arrived arrived, Span<byte> packet, in PacketOffload offload)
    {
        if (!arrived.Input.Options.Forwarding || arrived.ToLinkGroup || IsBoundToLink(arrived.Source) || IsBoundToLink(arrived.Destination))
        {
            stack.Drop(IpDropReason.NotOurAddress);
            return;
        }

        if (arrived.HopLimit <= 1)
        {
            stack.Drop(IpDropReason.HopLimitExceeded);
            stack.Icmp.SendHopLimitExceeded(arrived);
            return;
        }

        if (!stack.Output.TryRoute(arrived.Destination, null, out NextHop hop, out _) || hop.Interface == stack.Loopback || !hop.Interface.Options.Forwarding)
        {
            stack.Drop(IpDropReason.NoRoute);
            stack.Icmp.SendUnreachable(arrived, UnreachableKind.Network);
            return;
        }

        // RFC 2644 2: a directed broadcast would make a whole network answer whoever the source is said to be.
        if (hop.Interface.IsBroadcast(arrived.Destination))
        {
            stack.Drop(IpDropReason.NotOurAddress);
            return;
        }

        hop = hop with { IsForwarded = true };
        int mtu = hop.RouteMtu;
        bool isSuper = offload.SegmentSize != 0;
        int largest = isSuper ? offload.TransportOffset - arrived.Input.HeaderSize + TcpHeaderLength(arrived) + offload.SegmentSize : packet.Length;
        bool mayFragment = arrived.IsIpv4 && !isSuper && (ReadUInt16BigEndian(packet[6..]) & DontFragment) == 0;
        if (largest > mtu && !mayFragment)
        {
            stack.Drop(IpDropReason.TooBig);
            stack.Icmp.SendTooBig(arrived, mtu);
            return;
        }

        DecrementHopLimit(packet, arrived.IsIpv4);
        PacketOffload outgoing = offload;
        if (outgoing.TransportOffset != 0)
            outgoing = outgoing with { TransportOffset = (ushort)(outgoing.TransportOffset - arrived.Input.HeaderSize) };
        DeviceCapabilities device = hop.Interface.Device.Capabilities;
        if (isSuper && device.MaxSegmentOffload < packet.Length)
        {
            SegmentCutter.Send(stack, hop, packet, outgoing);
            return;
        }

        if (outgoing.ChecksumPartial && (!device.TransmitChecksumOffload || (packet.Length > mtu && !isSuper)))
        {
            CompleteChecksum(packet, outgoing);
            outgoing = default;
        }

        if (packet.Length > mtu && !isSuper)
            Fragmenter.Send(stack, hop, packet);
        else
            Send(hop, packet, outgoing);
    }

    /// <summary>Finishes a partial checksum as a device would: the field holds the sum of the pseudo header.</summary>
    public static void CompleteChecksum(Span<byte> packet, in PacketOffload offload)
    {
        if (offload.TransportOffset + offload.ChecksumOffset + 2 > packet.Length)
            return;
        Span<byte> transport = packet[offload.TransportOffset..];
        ushort checksum = InternetChecksum.Compute(transport);
        WriteUInt16BigEndian(transport[offload.ChecksumOffset..], checksum == 0 && offload.ChecksumOffset == 6 ? ushort.MaxValue : checksum);
    }

    private void Send(in NextHop hop, ReadOnlySpan<byte> packet, in PacketOffload offload)
    {
        Span<byte> buffer = hop.Interface.Begin(hop, packet.Length);
        if (buffer.IsEmpty)
        {
            stack.Drop(IpDropReason.DeviceFull);
            return;
        }

        packet.CopyTo(buffer);
        hop.Interface.Send(hop, packet.Length, offload);
    }

    /// <summary>Only the hop limit changes; IPv4's checksum follows it by RFC 1624.</summary>
    private static void DecrementHopLimit(Span<byte> packet, bool isIpv4)
    {
        if (!isIpv4)
        {
            packet[7]--;
            return;
        }

        ushort before = ReadUInt16BigEndian(packet[8..]);
        packet[8]--;
        WriteUInt16BigEndian(packet[10..], InternetChecksum.Update(ReadUInt16BigEndian(packet[10..]), before, (ushort)(before - 0x100)));
    }

    private static bool IsBoundToLink(UInt128 address) =>
        address == 0 || AddressKinds.IsMulticast(address) || AddressKinds.IsLinkLocal(address) || AddressKinds.IsLoopback(address) || address == AddressKinds.LimitedBroadcast;

    private static int TcpHeaderLength(in Arrived arrived) => arrived.Transport.Length > 12 ? (arrived.Transport[12] >> 4) * 4 : 0;
}
