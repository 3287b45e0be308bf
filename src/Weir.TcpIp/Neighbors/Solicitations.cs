using Weir.Packets;
using Weir.TcpIp.Ip;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Neighbors;

/// <summary>The questions and answers of ARP (RFC 826) and neighbor discovery (RFC 4861 4.3, 4.4), written into frames.</summary>
/// <remarks>
/// <code>
/// solicitation:  type 135 | code 0 | checksum | reserved (4) | target (16) | option 1: source link-layer address
/// advertisement: type 136 | code 0 | checksum | R S O, reserved (4) | target (16) | option 2: target link-layer address
/// option:        type (1) | length in 8 bytes (1) | Ethernet address (6)
/// </code>
/// </remarks>
internal static class Solicitations
{
    /// <summary>RFC 4861 7.1: nobody beyond the link can send one that arrives with this.</summary>
    public const byte HopLimit = 255;

    public const byte SourceLinkLayerAddress = 1;
    public const byte TargetLinkLayerAddress = 2;
    public const uint RouterFlag = 0x8000_0000;
    public const uint SolicitedFlag = 0x4000_0000;
    public const uint OverrideFlag = 0x2000_0000;

    /// <summary>Bytes of either message without options.</summary>
    public const int MessageSize = 24;

    private const int OptionSize = 8;

    public static void Ask(StackInterface from, Neighbor neighbor, bool unicast)
    {
        UInt128 source = from.ChooseSource(neighbor.Address);
        MacAddress to = unicast ? neighbor.Mac : MacAddress.Broadcast;
        if (IpAddressBits.IsIpv4(neighbor.Address))
        {
            SendArp(from, to, new ArpHeader(ArpOperation.ARPOP_REQUEST, from.Mac, (uint)source, default, (uint)neighbor.Address));
            return;
        }

        // Without an address of its own it can't be told where to answer; an address of the stack's other interfaces would confuse the link.
        if (source == 0)
            return;
        UInt128 destination = unicast ? neighbor.Address : AddressKinds.SolicitedNode(neighbor.Address);
        to = unicast ? neighbor.Mac : AddressKinds.GroupMac(destination);
        SendDiscovery(from, to, source, destination, Icmpv6Type.NDISC_NEIGHBOUR_SOLICITATION, 0, neighbor.Address, SourceLinkLayerAddress);
    }

    /// <summary>RFC 4862 5.4.2: the question for an address that is not yet ours has no source and names no Ethernet address.</summary>
    public static void AskForDuplicate(StackInterface from, UInt128 address)
    {
        UInt128 group = AddressKinds.SolicitedNode(address);
        SendDiscovery(from, AddressKinds.GroupMac(group), 0, group, Icmpv6Type.NDISC_NEIGHBOUR_SOLICITATION, 0, address, option: 0);
    }

    public static void AnswerArp(StackInterface from, in ArpHeader request) =>
        SendArp(from, request.SenderMac, new ArpHeader(ArpOperation.ARPOP_REPLY, from.Mac, request.TargetAddress, request.SenderMac, request.SenderAddress));

    /// <summary>RFC 4861 7.2.4; to all nodes, and not solicited, when the question had no source.</summary>
    /// <param name="from">The interface that has the address.</param>
    /// <param name="target">The address that was asked for.</param>
    /// <param name="asker">Null: the question had no source. When its Ethernet address is not known, that is asked for first.</param>
    public static void Advertise(StackInterface from, UInt128 target, Neighbor? asker)
    {
        uint flags = OverrideFlag | (from.Options.Forwarding ? RouterFlag : 0);
        if (asker is null)
            SendDiscovery(from, AddressKinds.GroupMac(AddressKinds.AllNodes), target, AddressKinds.AllNodes, Icmpv6Type.NDISC_NEIGHBOUR_ADVERTISEMENT, flags, target, TargetLinkLayerAddress);
        else
            SendDiscovery(from, asker.Mac, target, asker.Address, Icmpv6Type.NDISC_NEIGHBOUR_ADVERTISEMENT, flags | SolicitedFlag, target, TargetLinkLayerAddress, asker.HasMac ? null : asker);
    }

    private static void SendArp(StackInterface from, MacAddress to, in ArpHeader message)
    {
        Span<byte> frame = from.Device.Rent(EthernetHeader.Size + ArpHeader.Size);
        if (frame.IsEmpty)
            return;
        new EthernetHeader(to, from.Mac, EtherType.ETH_P_ARP).WriteTo(frame);
        message.WriteTo(frame[EthernetHeader.Size..]);
        from.Device.Send(frame.Length, default);
    }

    private static void SendDiscovery(
        StackInterface from, MacAddress to, UInt128 source, UInt128 destination, Icmpv6Type type, uint flags, UInt128 target, byte option, Neighbor? waitsFor = null)
    {
        int length = MessageSize + (option == 0 ? 0 : OptionSize);
        var header = new Ipv6Header { NextHeader = IpProtocol.IPPROTO_ICMPV6, HopLimit = HopLimit, Source = source, Destination = destination };
        if (!DiscoveryFrame.TryBegin(from, to, header, default, length, out DiscoveryFrame frame, waitsFor))
            return;
        Span<byte> message = frame.Message;
        new IcmpHeader((byte)type, 0, 0, flags).WriteTo(message);
        WriteUInt128BigEndian(message[IcmpHeader.Size..], target);
        if (option != 0)
        {
            message[MessageSize] = option;
            message[MessageSize + 1] = 1;
            from.Mac.WriteTo(message[(MessageSize + 2)..]);
        }

        frame.Send();
    }
}
