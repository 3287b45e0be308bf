using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Netlink.Ipset;
using Weir.Netlink.Protocol;
using Weir.Testing;

namespace Weir.Kernel.Tests.Ipset;

public class IpsetSocketTests
{
    [Fact]
    public void What_Weir_makes_is_what_the_tool_prints()
    {
        RootTier.Require("ip", "ipset");
        using var host = new IpsetOracle();
        var socket = host.Socket;
        socket.Create(new IpsetDefinition { Name = "a", Type = "hash:ip", Family = AddressFamily.InterNetwork, Timeout = 0, Counters = true, Comments = true, SkbInfo = true, InitialValue = 1 });
        socket.Create(new IpsetDefinition { Name = "b", Type = "hash:net,port", Family = AddressFamily.InterNetworkV6, HashSize = 64, MaxElements = 10, BucketSize = 4, InitialValue = 2 });
        socket.Create(new IpsetDefinition { Name = "c", Type = "bitmap:port", Ports = (1, 100) });
        socket.Create(new IpsetDefinition { Name = "d", Type = "list:set", Size = 4 });
        socket.Add("a", [new IpsetElement { Address = IPAddress.Parse("10.0.0.1"), Packets = 5, Bytes = 6, Comment = "a b", SkbMark = (0x11, 0xff), SkbPriority = 0x10010, SkbQueue = 5 }]);
        socket.Add("b", [new IpsetElement { Address = IPAddress.Parse("fd00::"), PrefixLength = 64, Protocol = 6, Port = 80, NoMatch = true }]);
        socket.Add("c", [new IpsetElement { Port = 4, LastPort = 6 }]);
        socket.Add("d", [new IpsetElement { SetName = "a" }, new IpsetElement { SetName = "c", Neighbor = "a", BeforeNeighbor = true }]);

        Assert.Equal("""
            create a hash:ip family inet hashsize 1024 maxelem 65536 timeout 0 counters comment skbinfo bucketsize 12 initval 0x00000001
            add a 10.0.0.1 timeout 0 packets 5 bytes 6 comment "a b" skbmark 0x11/0xff skbprio 1:10 skbqueue 5
            create b hash:net,port family inet6 hashsize 64 maxelem 10 bucketsize 4 initval 0x00000002
            add b fd00::/64,tcp:80 nomatch
            create c bitmap:port range 1-100
            add c 4
            add c 5
            add c 6
            create d list:set size 4
            add d c
            add d a

            """, host.Save());
    }

    [Fact]
    public void Sets_are_changed_tested_and_destroyed_and_the_tool_agrees()
    {
        RootTier.Require("ip", "ipset");
        using var host = new IpsetOracle();
        host.Ipset("create a hash:net");
        host.Ipset("create b hash:net");
        host.Ipset("add a 10.0.0.0/8");
        host.Ipset("add a 10.1.0.0/16 nomatch");
        IpsetElement inside = new() { Address = IPAddress.Parse("10.2.3.4") }, outside = new() { Address = IPAddress.Parse("10.1.3.4") };

        Assert.True(host.Socket.Test("a", inside));
        Assert.False(host.Socket.Test("a", outside));
        host.Socket.Swap("a", "b");
        Assert.False(host.Socket.Test("a", inside));
        host.Socket.Rename("b", "c");
        host.Socket.Delete("c", [new IpsetElement { Address = IPAddress.Parse("10.1.0.0"), PrefixLength = 16 }]);
        Assert.Contains("add c 10.0.0.0/8\n", host.Save(), StringComparison.Ordinal);
        Assert.Equal(4103, Assert.Throws<NetlinkException>(() => host.Socket.Delete("c", [outside])).Errno);
        host.Socket.Delete("c", [outside], exist: true);
        host.Socket.Flush("c");
        Assert.DoesNotContain("add", host.Save(), StringComparison.Ordinal);
        host.Ipset("create l list:set");
        host.Ipset("add l c");
        Assert.Contains("in use by a rule or by another set", Assert.Throws<NetlinkException>(() => host.Socket.Destroy("c")).Message, StringComparison.Ordinal);
        host.Socket.Destroy("l");
        host.Socket.DestroyAll();
        Assert.Empty(host.Save());
        Assert.Null(host.Socket.Find("a"));
        Assert.Equal((int)Errno.ENOENT, Assert.Throws<NetlinkException>(() => host.Socket.Destroy("a")).Errno);
        host.Socket.Destroy("a", exist: true);
    }

    [Fact]
    public void The_refused_one_of_many_elements_is_named()
    {
        RootTier.Require("ip", "ipset");
        using var host = new IpsetOracle();
        host.Ipset("create a bitmap:port range 0-60000");

        var exception = Assert.Throws<NetlinkException>(() => host.Socket.Add("a", [.. Enumerable.Range(55_000, 10_000).Select(i => new IpsetElement { Port = (ushort)i })]));

        Assert.Equal((5001, "the element lies outside of the set's range"), (exception.Index!.Value, exception.ExtendedAck));
        Assert.Equal(5001, host.Socket.Get("a").Elements.Count);
    }

    [Fact]
    public void A_hundred_thousand_elements_are_added_and_listed()
    {
        RootTier.Require("ip", "ipset");
        using var host = new IpsetOracle();
        host.Ipset("create a hash:ip maxelem 200000");
        var elements = Enumerable.Range(0, 100_000).Select(i => new IpsetElement { Address = new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]) }).ToList();

        host.Socket.Add("a", elements);

        var listed = host.Socket.Get("a").Elements;
        Assert.Equal(elements.Select(element => element.Address!.ToString()).Order(StringComparer.Ordinal), listed.Select(element => element.Address!.ToString()).Order(StringComparer.Ordinal));
        Assert.Contains("Number of entries: 100000", host.Ipset("list a -terse").Output, StringComparison.Ordinal);
    }
}
