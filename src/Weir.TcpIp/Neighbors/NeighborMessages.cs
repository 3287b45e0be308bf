using Weir.Packets;
using Weir.TcpIp.Ip;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Neighbors;

/// <summary>What comes in by ARP and neighbor discovery. Routers' messages and redirects are left unread: IPv6 addresses and routes are set by hand.</summary>
internal static class NeighborMessages
{
    public static void ReceiveArp(StackInterface input, ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        if (ArpMessage.Parse(bytes, out ArpMessage message) != PacketError.None || message.SenderMac.IsGroup || message.SenderMac == default)
        {
            input.Stack.Drop(IpDropReason.NeighborMessageInvalid);
            return;
        }

        UInt128 sender = IpAddressBits.FromIpv4(message.SenderAddress);
        UInt128 target = IpAddressBits.FromIpv4(message.TargetAddress);
        bool forUs = input.Owns(target);
        if (message.SenderAddress == 0)
        {
            // RFC 5227 2.1.1: a probe, whether anybody has the address. It teaches nothing.
            if (forUs && message.Operation == ArpOperation.ARPOP_REQUEST)
                Solicitations.AnswerArp(input, message.Header);
            return;
        }

        if (AddressKinds.IsMartianSource(sender) || input.Stack.Owns(sender))
        {
            input.Stack.Drop(IpDropReason.MartianSource);
            return;
        }

        if (message.Operation == ArpOperation.ARPOP_REPLY && forUs)
            input.Neighbors.Advertised(sender, message.SenderMac, solicited: true, overrides: true, isRouter: false, now);
        else
            input.Neighbors.Heard(sender, message.SenderMac, create: forUs && message.Operation == ArpOperation.ARPOP_REQUEST, now);
        if (forUs && message.Operation == ArpOperation.ARPOP_REQUEST)
            Solicitations.AnswerArp(input, message.Header);
    }

    /// <summary>A neighbor discovery message whose ICMPv6 checksum is right.</summary>
    public static void ReceiveDiscovery(in Arrived arrived, ReadOnlySpan<byte> message, TimeSpan now)
    {
        bool valid = arrived.HopLimit == Solicitations.HopLimit && message[1] == 0 && (Icmpv6Type)message[0] switch
        {
            Icmpv6Type.NDISC_NEIGHBOUR_SOLICITATION => ReceiveSolicitation(arrived, message, now),
            Icmpv6Type.NDISC_NEIGHBOUR_ADVERTISEMENT => ReceiveAdvertisement(arrived, message, now),
            _ => true,
        };
        if (!valid)
            arrived.Input.Stack.Drop(IpDropReason.NeighborMessageInvalid);
    }

    /// <summary>RFC 4861 7.1.1 and 7.2.3; false: it breaks the rules.</summary>
    private static bool ReceiveSolicitation(in Arrived arrived, ReadOnlySpan<byte> message, TimeSpan now)
    {
        if (!TryRead(message, Solicitations.SourceLinkLayerAddress, out UInt128 target, out MacAddress? mac))
            return false;
        StackInterface input = arrived.Input;
        bool isProbe = arrived.Source == 0;
        if (isProbe && (mac is not null || arrived.Destination != AddressKinds.SolicitedNode(target)))
            return false;
        if (input.IsTentative(target))
        {
            // RFC 4862 5.4.3: a question without a source means that another one wants the address too; any other is not yet ours to answer.
            if (isProbe)
                input.Duplicate(target);
            return true;
        }

        if (!input.Owns(target))
            return true;
        if (isProbe)
        {
            Solicitations.Advertise(input, target, asker: null);
            return true;
        }

        if (mac is not null)
            input.Neighbors.Heard(arrived.Source, mac.Value, create: true, now);

        // RFC 4861 7.2.4: who asks by unicast need not say where it is, and is asked in turn. Who asks by multicast must (4.3): a stranger that
        // does not is left alone (net/ipv6/ndisc.c ndisc_recv_ns).
        Neighbor? asker = AddressKinds.IsMulticast(arrived.Destination) ? input.Neighbors.Find(arrived.Source) : input.Neighbors.Get(arrived.Source, now);
        if (asker is not null)
            Solicitations.Advertise(input, target, asker);
        return true;
    }

    /// <summary>RFC 4861 7.1.2 and 7.2.5.</summary>
    private static bool ReceiveAdvertisement(in Arrived arrived, ReadOnlySpan<byte> message, TimeSpan now)
    {
        if (!TryRead(message, Solicitations.TargetLinkLayerAddress, out UInt128 target, out MacAddress? mac))
            return false;
        uint flags = ReadUInt32BigEndian(message[4..]);
        bool solicited = (flags & Solicitations.SolicitedFlag) != 0;
        if (solicited && arrived.Kind == DestinationKind.Multicast)
            return false;
        if (arrived.Input.IsTentative(target))
            arrived.Input.Duplicate(target);
        else
            arrived.Input.Neighbors.Advertised(target, mac, solicited, (flags & Solicitations.OverrideFlag) != 0, (flags & Solicitations.RouterFlag) != 0, now);
        return true;
    }

    /// <summary>Target and link-layer address. False: too short, a target that is a group, an option of length 0 or beyond the message.</summary>
    private static bool TryRead(ReadOnlySpan<byte> message, byte wanted, out UInt128 target, out MacAddress? mac)
    {
        target = 0;
        mac = null;
        if (message.Length < Solicitations.MessageSize)
            return false;
        target = ReadUInt128BigEndian(message[IcmpHeader.Size..]);
        if (AddressKinds.IsMulticast(target) || target == 0)
            return false;
        for (ReadOnlySpan<byte> options = message[Solicitations.MessageSize..]; !options.IsEmpty;)
        {
            int length = options.Length < 2 ? 0 : options[1] * 8;
            if (length == 0 || length > options.Length)
                return false;
            if (options[0] == wanted)
            {
                var read = MacAddress.Read(options[2..]);
                if (read.IsGroup || read == default)
                    return false;
                mac = read;
            }

            options = options[length..];
        }

        return true;
    }
}
