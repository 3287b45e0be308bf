using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Neighbors;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Ip;

/// <summary>What comes in from a device: by Ethernet for us or for all, to ARP or to one of the two IPs.</summary>
internal sealed class LinkInput(NetworkStack stack)
{
    private readonly Ipv4Input _ipv4 = new(stack);
    private readonly Ipv6Input _ipv6 = new(stack);

    public void Receive(StackInterface input, Span<byte> packet, in PacketOffload offload)
    {
        input.Received++;
        if (input.HeaderSize == 0)
        {
            ReceivePacket(input, packet, offload, toLinkGroup: false);
            return;
        }

        if (packet.Length <= EthernetHeader.Size)
        {
            stack.Drop(IpDropReason.Malformed);
            return;
        }

        var to = MacAddress.Read(packet);
        if (to != input.Mac && !to.IsGroup)
        {
            stack.Drop(IpDropReason.NotOurMac);
            return;
        }

        Span<byte> inner = packet[EthernetHeader.Size..];
        switch (ReadUInt16BigEndian(packet[12..]))
        {
            case EtherType.ETH_P_IP when inner[0] >> 4 == 4:
            case EtherType.ETH_P_IPV6 when inner[0] >> 4 == 6:
                ReceivePacket(input, inner, offload, to.IsGroup);
                break;
            case EtherType.ETH_P_ARP:
                NeighborMessages.ReceiveArp(input, inner, stack.Now);
                break;
            case EtherType.ETH_P_IP or EtherType.ETH_P_IPV6:
                stack.Drop(IpDropReason.Malformed);
                break;
            default:
                stack.Drop(IpDropReason.UnknownEtherType);
                break;
        }
    }

    private void ReceivePacket(StackInterface input, Span<byte> packet, in PacketOffload offload, bool toLinkGroup)
    {
        if (packet.IsEmpty)
            stack.Drop(IpDropReason.Malformed);
        else if (packet[0] >> 4 == 4)
            _ipv4.Receive(input, packet, offload, toLinkGroup);
        else
            _ipv6.Receive(input, packet, offload, toLinkGroup);
    }
}
