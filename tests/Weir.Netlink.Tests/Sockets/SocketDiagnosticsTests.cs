using System.Net;
using System.Net.Sockets;
using Weir.Netlink.Protocol;
using Weir.Netlink.Sockets;
using Weir.Testing;

namespace Weir.Netlink.Tests.Sockets;

public class SocketDiagnosticsTests
{
    private static readonly byte[] Reply = Hex.Parse("""
        02 0a 00 00                                   # AF_INET, listening
        0050 0000 7f000001000000000000000000000000 00000000000000000000000000000000 07000000 2d000000 01000000
        f4010000 01000000 05000000 e8030000 9e1a0900  # expires, queues, uid, inode
        28000700 00000000 00000200 01000000 00400000 02000000 03000000 04000000 05000000 06000000
        08000400 62627200                             # bbr
        05000500 10000000 05000b00 01000000 08000f00 44050000 05000800 02000000 0c001500 0900000000000000
        """);

    [Fact]
    public void A_list_is_asked_for_by_protocol_family_and_states()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Done(request)]);
        using var socket = new SocketDiagnostics(kernel);

        socket.List(SocketProtocol.Tcp, SocketStates.Listening);

        Hex.Equal("""
            48000000 1400 0103 01000000 00000000 # SOCK_DIAG_BY_FAMILY, REQUEST|DUMP
            02 06 ff 00 80040000                 # AF_INET, TCP, all there is to know, TCP_CLOSE and TCP_LISTEN
            0000 0000 00000000000000000000000000000000 00000000000000000000000000000000 00000000 ffffffff ffffffff
            """, kernel.Requests[0]);
        Assert.Equal((2, 10), (kernel.Requests.Count, kernel.Requests[1][16]));
    }

    [Fact]
    public void A_socket_is_read_and_destroyed_by_its_addresses_and_its_cookie()
    {
        using var kernel = new RecordedKernel(request => request[4] == 21 ? [RecordedKernel.Error(request, 0)] : [RecordedKernel.Message(request, (NetlinkMessageType)20, 2, Reply), RecordedKernel.Done(request)]);
        using var socket = new SocketDiagnostics(kernel);

        var found = Assert.Single(socket.List(SocketProtocol.Tcp, family: AddressFamily.InterNetwork));

        Assert.Equal(
            new InternetSocket
            {
                Protocol = SocketProtocol.Tcp, State = SocketState.TCP_LISTEN, Local = new IPEndPoint(IPAddress.Loopback, 80), Remote = new IPEndPoint(IPAddress.Any, 0), LinkIndex = 7,
                Cookie = 0x1_0000_002d, TimerLeft = TimeSpan.FromMilliseconds(500), ReceiveQueue = 1, SendQueue = 5, UserId = 1000, Inode = 596638,
                Memory = new SocketMemory(0, 131072, 1, 16384, 2, 3, 4, 5, 6), CongestionControl = "bbr", TypeOfService = 16, Ipv6Only = true, Mark = 0x544, Shutdown = 2, CgroupId = 9,
            },
            found);
        socket.Destroy(found);
        Hex.Equal("""
            48000000 1500 0500 02000000 00000000 # SOCK_DESTROY, REQUEST|ACK
            02 06 ff 00 ff0f0000
            0050 0000 7f000001000000000000000000000000 00000000000000000000000000000000 07000000 2d000000 01000000
            """, kernel.Requests[1]);
    }

    [Fact]
    public void Unix_sockets_have_names_with_and_without_a_file()
    {
        byte[] reply = Hex.Parse("01 01 0a 00 07000000 01000000 00000000 08000000 00616263 0c000400 01000000 03000000 08000200 09000000 08000700 e8030000");
        using var kernel = new RecordedKernel(request => [RecordedKernel.Message(request, (NetlinkMessageType)20, 2, reply), RecordedKernel.Done(request)]);
        using var socket = new SocketDiagnostics(kernel);

        Assert.Equal(
            new UnixSocket { Type = 1, State = SocketState.TCP_LISTEN, Inode = 7, Cookie = 1, Name = "@abc", ReceiveQueue = 1, SendQueue = 3, PeerInode = 9, UserId = 1000 },
            Assert.Single(socket.ListUnix(SocketStates.Listening)));
        Hex.Equal("28000000 1400 0103 01000000 00000000 01 00 0000 80040000 00000000 75000000 ffffffff ffffffff", kernel.Requests[0]);
    }

    [Fact]
    public void A_hostile_kernel_is_read_or_refused()
    {
        var random = new SeededGenerator(33);
        for (var i = 0; i < 30_000; i++)
        {
            using var kernel = new RecordedKernel(request =>
                [RecordedKernel.Message(request, (NetlinkMessageType)20, 2, random.Mutate([.. Reply, .. RecordedKernel.Attribute(2, random.BytesBelow(300))])[..random.Next(0, Reply.Length)]), RecordedKernel.Done(request, random.Pick<int>(0, 0, 2))]);
            using var socket = new SocketDiagnostics(kernel);
            try
            {
                _ = random.Pick<object?>(socket.List(random.Pick(SocketProtocol.Tcp, SocketProtocol.Udp)), socket.ListUnix(), socket.Get(SocketProtocol.Tcp, new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Any, 0)));
            }
            catch (NetlinkException)
            {
                // What it may say.
            }
        }
    }
}
