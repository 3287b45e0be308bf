using System.Net;
using Weir.Netlink.Route;

namespace Weir.Netlink.Tests.Route;

public class AddressesTests
{
    [Fact]
    public void An_IPv4_address_is_sent_as_local_and_as_address()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Addresses.Add(new LinkAddress { LinkIndex = 100, Address = IPAddress.Parse("10.0.0.1"), PrefixLength = 24, Broadcast = IPAddress.Parse("10.0.0.255") });

        Hex.Equal("""
            38000000 1400 0506 01000000 00000000 # RTM_NEWADDR, REQUEST|ACK|EXCL|CREATE
            02 18 00 00 64000000                 # ifaddrmsg: AF_INET, /24, link 100
            0800 0200 0a000001                   # IFA_LOCAL
            0800 0100 0a000001                   # IFA_ADDRESS
            0800 0400 0a0000ff                   # IFA_BROADCAST
            0800 0800 00000000                   # IFA_FLAGS
            """, kernel.Requests[0]);
    }

    [Fact]
    public void Of_the_flags_only_those_that_may_be_asked_for_are_sent()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);
        const AddressFlags flags = AddressFlags.IFA_F_PERMANENT | AddressFlags.IFA_F_TENTATIVE | AddressFlags.IFA_F_NOPREFIXROUTE | AddressFlags.IFA_F_NODAD;

        socket.Addresses.Add(new LinkAddress { LinkIndex = 1, Address = IPAddress.Parse("fd00::1"), PrefixLength = 64, Flags = (uint)flags, ValidLifetime = 100, PreferredLifetime = 50, Metric = 7, Protocol = 3 });

        Hex.Equal("""
            58000000 1400 0506 01000000 00000000
            0a 40 00 00 01000000
            1400 0100 fd000000000000000000000000000001
            0800 0800 02020000                           # NODAD|NOPREFIXROUTE
            1400 0600 32000000 64000000 00000000 00000000 # IFA_CACHEINFO: preferred, valid
            0800 0900 07000000                           # IFA_RT_PRIORITY
            0500 0b00 03 000000                          # IFA_PROTO
            """, kernel.Requests[0]);
    }
}
