using Weir.Packets;
using Weir.TcpIp.Course;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Course;

/// <summary>What the step files can't say; see <see cref="VectorTests"/> for the rest.</summary>
public class NetworkInterfaceTests
{
    private static readonly MacAddress Ours = new(0x0200_0000_0001);
    private static readonly MacAddress Peer = new(0x0200_0000_0002);

    private int sent;
    private ushort lastType;

    [Fact]
    public void Strangers_can_make_it_remember_so_many_neighbours_and_no_more()
    {
        var subject = Subject();
        for (uint i = 1; i <= NetworkInterface.MaxNeighbors + 1; i++)
        {
            subject.Tick(TimeSpan.FromTicks(1));
            subject.ReceiveFrame(Reply(i));
        }

        subject.SendDatagram(new byte[20], 1);
        subject.SendDatagram(new byte[20], 2);
        Assert.Equal(2, sent);
        Assert.Equal(EtherType.ETH_P_IP, lastType);
        subject.SendDatagram(new byte[20], 1);
        Assert.Equal(2, sent);
    }

    [Fact]
    public void So_many_datagrams_wait_and_no_more()
    {
        var subject = Subject();
        for (int i = 0; i < NetworkInterface.MaxWaiting + 10; i++)
        {
            subject.SendDatagram(new byte[20], 7);
        }

        subject.ReceiveFrame(Reply(7));
        Assert.Equal(1 + NetworkInterface.MaxWaiting, sent);
        subject.SendDatagram(new byte[20], 8);
        subject.ReceiveFrame(Reply(8));
        Assert.Equal(3 + NetworkInterface.MaxWaiting, sent);
    }

    [Fact]
    public void So_many_questions_are_open_and_no_more()
    {
        var subject = Subject();
        for (uint i = 0; i < NetworkInterface.MaxWaiting + 10; i++)
        {
            subject.SendDatagram(new byte[20], i);
        }

        Assert.Equal(NetworkInterface.MaxWaiting, sent);
    }

    [Fact]
    public void Time_without_end_is_no_overflow()
    {
        var subject = Subject();
        subject.ReceiveFrame(Reply(5));
        subject.Tick(TimeSpan.MaxValue);
        subject.Tick(TimeSpan.MaxValue);
        subject.ReceiveFrame(Reply(6));
        subject.SendDatagram(new byte[20], 5);

        Assert.Equal((1, EtherType.ETH_P_ARP), (sent, lastType));
    }

    [Fact]
    public void Any_bytes_are_a_frame_or_none()
    {
        var random = new SeededGenerator(3);
        var subject = Subject();
        var router = new Router();
        router.AddInterface(subject);
        router.AddRoute(0, 0, 7, 0);
        byte[][] frames = [Reply(7), (PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", payload: "x") with { DestinationMac = Ours }).Build()];
        for (int i = 0; i < 100_000; i++)
        {
            router.ReceiveFrame(0, random.Chance(80) ? random.Mutate(random.Pick(frames)) : random.BytesBelow(80));
        }

        Assert.NotEqual(0, sent);
    }

    private NetworkInterface Subject() => new(Ours, 0x0A000001, frame =>
    {
        sent++;
        Assert.Equal(PacketError.None, EthernetFrame.Parse(frame, out var view));
        lastType = view.EtherType;
    });

    private static byte[] Reply(uint address)
    {
        byte[] frame = new byte[EthernetHeader.Size + ArpHeader.Size];
        new EthernetHeader(Ours, Peer, EtherType.ETH_P_ARP).WriteTo(frame);
        new ArpHeader(ArpOperation.ARPOP_REPLY, Peer, address, Ours, 0x0A000001).WriteTo(frame.AsSpan(EthernetHeader.Size));
        return frame;
    }
}
