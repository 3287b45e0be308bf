using Weir.Packets;
using Weir.TcpIp.Devices;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Ip;

/// <summary>What comes in by IPv6: header, source, destination, extension headers in their order (RFC 8200 4), fragments, transport.</summary>
internal sealed class Ipv6Input(NetworkStack stack)
{
    private const int NextHeaderOffset = 6;
    private const byte CodeErroneousField = 0;
    private const byte CodeUnknownNextHeader = 1;
    private const byte CodeUnknownOption = 2;
    private const byte Pad1 = 0;
    private const byte PadN = 1;
    private const byte RouterAlert = 5;

    public void Receive(StackInterface input, Span<byte> bytes, in PacketOffload offload, bool toLinkGroup)
    {
        if (Ipv6Packet.Parse(bytes, out Ipv6Packet packet) != PacketError.None)
        {
            stack.Drop(IpDropReason.Malformed);
            return;
        }

        UInt128 source = packet.Source;
        UInt128 destination = packet.Destination;

        // RFC 4942 2.2: an IPv4-mapped address never travels; here it would be taken for an IPv4 one.
        if (IpAddressBits.IsIpv4(source) || IpAddressBits.IsIpv4(destination) || destination == 0)
        {
            stack.Drop(IpDropReason.MartianSource);
            return;
        }

        DestinationKind kind = stack.Classify(input, source, destination, out bool isMartian);
        if (isMartian)
        {
            stack.Drop(IpDropReason.MartianSource);
            return;
        }

        int length = Ipv6Header.Size + packet.Payload.Length;
        uint first = ReadUInt32BigEndian(bytes);
        var arrived = new Arrived
        {
            Input = input,
            Packet = bytes[..length],
            TransportOffset = Ipv6Header.Size,
            Source = source,
            Destination = destination,
            Kind = kind,
            Protocol = packet.NextHeader,
            HopLimit = packet.HopLimit,
            TrafficClass = (byte)(first >> 20),
            ChecksumVerified = offload.ChecksumVerified || offload.ChecksumPartial,
            ToLinkGroup = toLinkGroup,
        };
        if (kind == DestinationKind.NotOurs || (kind == DestinationKind.Foreign && !stack.IsTransport(packet.NextHeader) && input.Options.Forwarding))
        {
            stack.Forward(arrived, bytes[..length], offload);
            return;
        }

        if (stack.IsTransport(packet.NextHeader) || packet.NextHeader == IpProtocol.IPPROTO_ICMPV6)
            stack.Deliver(arrived);
        else
            ReceiveExtensions(arrived, mayBeFragment: true);
    }

    /// <summary>Walks the extension headers, and delivers what follows them.</summary>
    private void ReceiveExtensions(in Arrived arrived, bool mayBeFragment)
    {
        int at = arrived.TransportOffset;
        int nameAt = NextHeaderOffset;
        byte next = arrived.Protocol;
        for (int count = 0; next is IpProtocol.IPPROTO_HOPOPTS or IpProtocol.IPPROTO_ROUTING or IpProtocol.IPPROTO_FRAGMENT or IpProtocol.IPPROTO_DSTOPTS; count++)
        {
            // "Hop-by-hop is restricted to appear immediately after the IPv6 header" (RFC 8200 4.1): elsewhere it is an unknown one.
            if (next == IpProtocol.IPPROTO_HOPOPTS && at != Ipv6Header.Size)
                break;
            if (count == FrameLayers.MaxExtensionHeaders || Ipv6Extension.Parse(arrived.Packet[at..], next, out Ipv6Extension extension) != PacketError.None)
            {
                stack.Drop(IpDropReason.Malformed);
                return;
            }

            if (next == IpProtocol.IPPROTO_FRAGMENT)
            {
                if (mayBeFragment)
                    Reassemble(arrived, extension, at);
                else
                    stack.Drop(IpDropReason.FragmentMalformed);
                return;
            }

            if (!Accepts(arrived, extension, at))
                return;
            nameAt = at;
            next = extension.NextHeader;
            at += extension.Length;
        }

        if (next == IpProtocol.IPPROTO_NONE)
            return;
        var behind = With(arrived, arrived.Packet, at, next, arrived.TrafficClass);
        if (stack.IsTransport(next) || next == IpProtocol.IPPROTO_ICMPV6)
        {
            stack.Deliver(behind);
            return;
        }

        stack.Drop(IpDropReason.UnknownProtocol);
        stack.Icmp.SendParameterProblem(arrived, CodeUnknownNextHeader, nameAt);
    }

    private bool Accepts(in Arrived arrived, in Ipv6Extension extension, int at)
    {
        if (extension.Type != IpProtocol.IPPROTO_ROUTING)
            return AcceptsOptions(arrived, extension.Bytes, at);

        // RFC 8200 4.4: with no segments left it is passed over; RFC 5095 3: type 0 is as good as unknown, and we know none.
        if (extension.Bytes[3] == 0)
            return true;
        stack.Drop(IpDropReason.OptionRefused);
        stack.Icmp.SendParameterProblem(arrived, CodeErroneousField, at + 2);
        return false;
    }

    /// <summary>RFC 8200 4.2: what to do with an option that is not known is said by its upper two bits.</summary>
    private bool AcceptsOptions(in Arrived arrived, ReadOnlySpan<byte> header, int headerAt)
    {
        for (int at = 2; at < header.Length;)
        {
            byte type = header[at];
            if (type == Pad1)
            {
                at++;
                continue;
            }

            int size = at + 1 < header.Length ? header[at + 1] + 2 : int.MaxValue;
            if (size > header.Length - at)
            {
                stack.Drop(IpDropReason.Malformed);
                return false;
            }

            int action = type >> 6;
            if (type is not (PadN or RouterAlert) && action != 0)
            {
                stack.Drop(IpDropReason.OptionRefused);
                if (action == 2 || (action == 3 && arrived.Kind != DestinationKind.Multicast))
                    stack.Icmp.SendParameterProblem(arrived, CodeUnknownOption, headerAt + at);
                return false;
            }

            at += size;
        }

        return true;
    }

    private void Reassemble(in Arrived arrived, in Ipv6Extension fragment, int at)
    {
        ReadOnlySpan<byte> data = arrived.Packet[(at + fragment.Length)..];
        bool more = fragment.MoreFragments;
        int offset = fragment.FragmentOffset;
        if (offset == 0 && !more)
        {
            // RFC 6946 4: an atomic fragment is a packet of its own, whatever else waits under its identification.
            Continue(arrived, arrived.Packet, at + fragment.Length, fragment.NextHeader, arrived.TrafficClass);
            return;
        }

        if (more && (data.Length & 7) != 0)
        {
            stack.Drop(IpDropReason.FragmentMalformed);
            stack.Icmp.SendParameterProblem(arrived, CodeErroneousField, 4);
            return;
        }

        if (offset + data.Length > ushort.MaxValue)
        {
            stack.Drop(IpDropReason.FragmentMalformed);
            stack.Icmp.SendParameterProblem(arrived, CodeErroneousField, at + 2);
            return;
        }

        if (data.IsEmpty)
        {
            stack.Drop(IpDropReason.FragmentMalformed);
            return;
        }

        // The headers in front have been obeyed already: the whole is put together behind the fixed header alone.
        Span<byte> header = stackalloc byte[Ipv6Header.Size];
        arrived.Packet[..Ipv6Header.Size].CopyTo(header);
        header[NextHeaderOffset] = fragment.NextHeader;
        var key = new FragmentKey(arrived.Source, arrived.Destination, fragment.FragmentId, 0);
        FragmentOutcome outcome = stack.Fragments.Add(key, header, offset, more, data, (byte)(arrived.TrafficClass & 3), stack.Now, out Span<byte> whole);
        if (outcome != FragmentOutcome.Complete)
            return;
        WriteUInt16BigEndian(whole[4..], (ushort)(whole.Length - Ipv6Header.Size));
        Continue(arrived, whole, Ipv6Header.Size, whole[NextHeaderOffset], (byte)(ReadUInt32BigEndian(whole) >> 20));
    }

    private void Continue(in Arrived arrived, ReadOnlySpan<byte> packet, int at, byte next, byte trafficClass)
    {
        Arrived behind = With(arrived, packet, at, next, trafficClass);
        if (stack.IsTransport(next) || next == IpProtocol.IPPROTO_ICMPV6)
            stack.Deliver(behind);
        else
            ReceiveExtensions(behind, mayBeFragment: false);
    }

    private static Arrived With(in Arrived arrived, ReadOnlySpan<byte> packet, int at, byte next, byte trafficClass) => new()
    {
        Input = arrived.Input,
        Packet = packet,
        TransportOffset = at,
        Source = arrived.Source,
        Destination = arrived.Destination,
        Kind = arrived.Kind,
        Protocol = next,
        HopLimit = arrived.HopLimit,
        TrafficClass = trafficClass,
        ChecksumVerified = arrived.ChecksumVerified && packet == arrived.Packet,
        ToLinkGroup = arrived.ToLinkGroup,
    };
}
