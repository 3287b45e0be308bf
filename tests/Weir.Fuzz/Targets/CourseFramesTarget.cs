using Weir.Packets;
using Weir.TcpIp.Course;

namespace Weir.Fuzz.Targets;

/// <summary>A frame at each interface of a router that knows a neighbour: what goes out is a frame of the router's, and not more than was waiting.</summary>
public static class CourseFramesTarget
{
    private static readonly MacAddress Left = new(0x0200_0000_0001);
    private static readonly MacAddress Right = new(0x0200_0000_0002);
    private static readonly MacAddress Peer = new(0x0200_0000_0009);

    public static void Run(ReadOnlySpan<byte> input)
    {
        int sent = 0;
        var router = new Router();
        router.AddInterface(new NetworkInterface(Left, 0x0A000001, frame => Check(frame, Left)));
        router.AddInterface(new NetworkInterface(Right, 0x0A000101, frame => Check(frame, Right)));
        router.AddRoute(0, 0, 0x0A000009, 0);
        router.AddRoute(0x0A000100, 24, null, 1);
        router.ReceiveFrame(0, Reply());
        for (int i = 0; i < 2; i++)
        {
            int before = sent;
            router.ReceiveFrame(i, input);
            Require.That(sent - before <= 2, "a frame sets free one that waited, and is answered once");
            router.Interfaces[i].Tick(TimeSpan.FromSeconds(2));
        }

        void Check(ReadOnlySpan<byte> frame, MacAddress from)
        {
            sent++;
            Require.That(EthernetFrame.Parse(frame, out var view) == PacketError.None && view.Source == from, "a frame comes from the interface that sends it");
            if (view.EtherType == EtherType.ETH_P_ARP)
            {
                Require.That(ArpMessage.Parse(view.Payload, out _) == PacketError.None, "an ARP message is one");
                return;
            }

            Require.That(Ipv4Packet.Parse(view.Payload, out var packet) == PacketError.None && packet.IsHeaderChecksumRight, "what is forwarded is a right datagram");
            Require.That(packet.TimeToLive > 0, "what is forwarded has a hop left");
        }
    }

    private static byte[] Reply()
    {
        byte[] frame = new byte[EthernetHeader.Size + ArpHeader.Size];
        new EthernetHeader(Left, Peer, EtherType.ETH_P_ARP).WriteTo(frame);
        new ArpHeader(ArpOperation.ARPOP_REPLY, Peer, 0x0A000009, Left, 0x0A000001).WriteTo(frame.AsSpan(EthernetHeader.Size));
        return frame;
    }
}
