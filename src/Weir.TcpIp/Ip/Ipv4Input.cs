using Weir.Packets;
using Weir.TcpIp.Devices;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Ip;

/// <summary>What comes in by IPv4, in the order of RFC 1122 3.2.1 and 3.3.2: header, source, destination, options, fragments, transport.</summary>
internal sealed class Ipv4Input(NetworkStack stack)
{
    private const byte LooseSourceRoute = 131;
    private const byte StrictSourceRoute = 137;

    public void Receive(StackInterface input, Span<byte> bytes, in PacketOffload offload, bool toLinkGroup)
    {
        if (Ipv4Packet.Parse(bytes, out Ipv4Packet packet) != PacketError.None)
        {
            stack.Drop(IpDropReason.Malformed);
            return;
        }

        int header = (bytes[0] & 0x0F) << 2;
        if (InternetChecksum.Compute(bytes[..header]) != 0)
        {
            stack.Drop(IpDropReason.HeaderChecksumWrong);
            return;
        }

        UInt128 source = IpAddressBits.FromIpv4(packet.Source);
        UInt128 destination = IpAddressBits.FromIpv4(packet.Destination);
        DestinationKind kind = stack.Classify(input, source, destination, out bool isMartian);
        if (isMartian)
        {
            stack.Drop(IpDropReason.MartianSource);
            return;
        }

        // RFC 1122 3.2.1.3: in silence, whatever its options are.
        if (kind == DestinationKind.NotOurs && !input.Options.Forwarding)
        {
            stack.Drop(IpDropReason.NotOurAddress);
            return;
        }

        int length = header + packet.Payload.Length;
        var arrived = new Arrived
        {
            Input = input,
            Packet = bytes[..length],
            TransportOffset = header,
            Source = source,
            Destination = destination,
            Kind = kind,
            Protocol = packet.Protocol,
            HopLimit = packet.TimeToLive,
            TrafficClass = bytes[1],
            ChecksumVerified = offload.ChecksumVerified || offload.ChecksumPartial,
            ToLinkGroup = toLinkGroup,
        };
        if (header > Ipv4Header.Size && !AcceptsOptions(arrived))
            return;
        if (kind == DestinationKind.NotOurs || (kind == DestinationKind.Foreign && !stack.IsTransport(packet.Protocol) && input.Options.Forwarding))
        {
            stack.Forward(arrived, bytes[..length], offload);
            return;
        }

        if (packet.IsFragment)
            Reassemble(arrived);
        else
            stack.Deliver(arrived);
    }

    /// <summary>Most options ask nothing of a host. Source routes are refused (RFC 7126 4.3, 4.4), broken ones answered (RFC 1122 3.2.2.5).</summary>
    private bool AcceptsOptions(in Arrived arrived)
    {
        int at = Ipv4Header.Size;
        while (at < arrived.TransportOffset)
        {
            byte type = arrived.Packet[at];
            if (type == 0)
                return true;
            int size = type == 1 ? 1 : at + 1 < arrived.TransportOffset ? arrived.Packet[at + 1] : 0;
            if (size == 0 || (type != 1 && size < 2) || at + size > arrived.TransportOffset)
            {
                stack.Drop(IpDropReason.Malformed);
                stack.Icmp.SendParameterProblem(arrived, code: 0, pointer: at);
                return false;
            }

            if (type is LooseSourceRoute or StrictSourceRoute)
            {
                stack.Drop(IpDropReason.OptionRefused);
                return false;
            }

            at += size;
        }

        return true;
    }

    private void Reassemble(in Arrived arrived)
    {
        ReadOnlySpan<byte> header = arrived.Packet[..arrived.TransportOffset];
        ReadOnlySpan<byte> data = arrived.Transport;
        ushort fragment = ReadUInt16BigEndian(header[6..]);
        bool more = (fragment & 0x2000) != 0;
        if (data.IsEmpty || (more && (data.Length & 7) != 0))
        {
            stack.Drop(IpDropReason.FragmentMalformed);
            return;
        }

        var key = new FragmentKey(arrived.Source, arrived.Destination, ReadUInt16BigEndian(header[4..]), arrived.Protocol);
        FragmentOutcome outcome = stack.Fragments.Add(key, header, (fragment & 0x1FFF) << 3, more, data, (byte)(arrived.TrafficClass & 3), stack.Now, out Span<byte> whole);
        if (outcome != FragmentOutcome.Complete)
            return;
        int length = (whole[0] & 0x0F) << 2;
        WriteUInt16BigEndian(whole[2..], (ushort)whole.Length);
        WriteUInt16BigEndian(whole[6..], 0);
        WriteUInt16BigEndian(whole[10..], 0);
        WriteUInt16BigEndian(whole[10..], InternetChecksum.Compute(whole[..length]));
        stack.Deliver(new Arrived
        {
            Input = arrived.Input,
            Packet = whole,
            TransportOffset = length,
            Source = arrived.Source,
            Destination = arrived.Destination,
            Kind = arrived.Kind,
            Protocol = arrived.Protocol,
            HopLimit = arrived.HopLimit,
            TrafficClass = whole[1],
            ToLinkGroup = arrived.ToLinkGroup,
        });
    }
}
