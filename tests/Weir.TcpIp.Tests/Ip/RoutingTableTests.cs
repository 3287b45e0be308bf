using System.Net;
using Weir.Packets;
using Weir.TcpIp.Ip;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Ip;

public class RoutingTableTests
{
    private static RoutingTable Table(params string[] prefixes)
    {
        var table = new RoutingTable();
        for (int i = 0; i < prefixes.Length; i++)
            table.Add(new Route { Destination = IpPrefix.Parse(prefixes[i]), Interface = i });
        return table;
    }

    [Theory]
    [InlineData("10.1.2.3", 3)]
    [InlineData("10.1.3.3", 2)]
    [InlineData("10.9.9.9", 1)]
    [InlineData("192.0.2.1", 0)]
    [InlineData("fd00::1", 5)]
    [InlineData("fd01::1", 4)]
    [InlineData("::1", 4)]
    public void The_longest_prefix_wins(string address, int route)
    {
        RoutingTable table = Table("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "::/0", "fd00::/16");

        Assert.True(table.TryFind(IpAddressBits.Parse(address), out Route? found));
        Assert.Equal(route, found.Interface);
    }

    [Fact]
    public void Ipv4_is_no_part_of_an_ipv6_network()
    {
        RoutingTable table = Table("::/0", "::/64");

        Assert.False(table.TryFind(IpAddressBits.Parse("10.0.0.1"), out _));
        Assert.True(table.TryFind(IpAddressBits.Parse("::5"), out _));
    }

    [Fact]
    public void A_deleted_route_is_gone_and_a_second_one_for_a_prefix_replaces_the_first()
    {
        RoutingTable table = Table("10.0.0.0/8", "10.1.2.3/8");

        Assert.Equal(1, table.Count);
        Assert.Equal(1, table.List().Single().Interface);
        Assert.True(table.Delete(IpPrefix.Parse("10.0.0.0/8")));
        Assert.False(table.Delete(IpPrefix.Parse("10.0.0.0/8")));
        Assert.False(table.TryFind(IpAddressBits.Parse("10.0.0.1"), out _));
    }

    [Fact]
    public void Random_tables_agree_with_a_plain_search()
    {
        var random = new SeededGenerator(1);
        for (int round = 0; round < 200; round++)
        {
            var table = new RoutingTable();
            var plain = new List<Route>();
            for (int i = 0; i < 30; i++)
            {
                bool isIpv4 = random.Chance(50);
                var destination = new IpPrefix(Draw(random, isIpv4), random.Next(0, isIpv4 ? 33 : 129));
                plain.RemoveAll(route => route.Destination.IsIpv4 == isIpv4 && route.Destination.Length == destination.Length && route.Destination.Contains(destination.Address));
                plain.Add(new Route { Destination = destination, Interface = i });
                table.Add(plain[^1]);
            }

            for (int i = 0; i < 100; i++)
            {
                bool isIpv4 = random.Chance(50);
                UInt128 address = Draw(random, isIpv4);
                Route? expected = plain.Where(route => route.Destination.IsIpv4 == isIpv4 && Contains(route.Destination, address)).MaxBy(route => route.Destination.Length);
                table.TryFind(address, out Route? found);
                Assert.Equal(expected, found);
            }
        }
    }

    // Few bits differ, so that long prefixes match too.
    private static UInt128 Draw(SeededGenerator random, bool isIpv4) => isIpv4
        ? IpAddressBits.FromIpv4(0x0A00_0000 | (random.NextUInt32() & 0x0003_0003))
        : new UInt128(0xFD00_0000_0000_0000 | (random.NextUInt32() & 3), random.NextUInt32() & 3);

    private static bool Contains(IpPrefix prefix, UInt128 address) => new IPNetwork(
        IpAddressBits.ToIPAddress(prefix.Network), prefix.Length).Contains(IpAddressBits.ToIPAddress(address));
}
