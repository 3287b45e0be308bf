using System.Net;
using System.Net.Sockets;
using Weir.Netlink.Route;

namespace Weir.Netlink.Tests.Route;

public class RulesAndNeighborsTests
{
    [Fact]
    public void A_rule_that_jumps_on_a_mark()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Rules.Add(new RoutingRule { Family = AddressFamily.InterNetwork, Priority = 100, Mark = 0x200, Mask = 0x200, Action = 2, GotoPriority = 32766 });

        Hex.Equal("""
            3c000000 2000 0506 01000000 00000000 # RTM_NEWRULE, REQUEST|ACK|EXCL|CREATE
            02 00 00 00 00 00 00 02 00000000     # fib_rule_hdr: action goto
            0800 0600 64000000                   # FRA_PRIORITY
            0800 0400 fe7f0000                   # FRA_GOTO
            0800 0a00 00020000                   # FRA_FWMARK
            0800 1000 00020000                   # FRA_FWMASK
            """, kernel.Requests[0]);
    }

    [Fact]
    public void A_permanent_neighbour()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Neighbors.Add(new Neighbor { LinkIndex = 100, Address = IPAddress.Parse("10.0.0.9"), LinkLayerAddress = [2, 3, 4, 5, 6, 7] });

        Hex.Equal("""
            30000000 1c00 0506 01000000 00000000 # RTM_NEWNEIGH, REQUEST|ACK|EXCL|CREATE
            02 00 0000 64000000 8000 00 00       # ndmsg: link 100, NUD_PERMANENT
            0800 0100 0a000009                   # NDA_DST
            0a00 0200 020304050607 0000          # NDA_LLADDR
            """, kernel.Requests[0]);
    }

    [Fact]
    public void Neighbours_are_asked_for_twice_since_proxies_are_listed_apart()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Done(request)]);
        using var socket = new RouteSocket(kernel);

        Assert.Empty(socket.Neighbors.List(100));

        Hex.Equal("24000000 1e00 0103 01000000 00000000  00 00 0000 00000000 0000 00 00  0800 0800 64000000", kernel.Requests[0]);
        Hex.Equal("1c000000 1e00 0103 02000000 00000000  00 00 0000 00000000 0000 08 00", kernel.Requests[1]);
    }
}
