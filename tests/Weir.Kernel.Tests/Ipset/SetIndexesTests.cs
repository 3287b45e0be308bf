using System.Net.Sockets;
using Weir.Linux;
using Weir.Netlink.Ipset;
using Weir.Testing;

namespace Weir.Kernel.Tests.Ipset;

public class SetIndexesTests
{
    [Fact]
    public void A_set_is_found_by_its_name_and_by_its_number_until_it_is_destroyed()
    {
        RootTier.Require("ip", "ipset");
        using var made = new TestNamespace();
        using var ns = NetworkNamespace.OpenNamed(made.Name);
        using var indexes = SetIndexes.Open(ns);
        Assert.Null(indexes.Find("four"));
        Assert.Null(indexes.NameOf(0));
        made.Run("ipset", "create", "four", "hash:ip");
        made.Run("ipset", "create", "six", "hash:ip", "family", "inet6");
        made.Run("ipset", "create", "ports", "bitmap:port", "range", "1-10");

        Assert.Equal(new SetIndex(0, AddressFamily.InterNetwork), indexes.Find("four"));
        Assert.Equal(new SetIndex(1, AddressFamily.InterNetworkV6), indexes.Find("six"));
        Assert.Equal((ushort)2, indexes.Find("ports")!.Value.Index);
        Assert.Equal(("four", "six", "ports", null), (indexes.NameOf(0), indexes.NameOf(1), indexes.NameOf(2), indexes.NameOf(3)));
        Assert.Null(indexes.Find("a-name-that-is-longer-than-31-bytes"));

        // A swap exchanges the content; names stay with their numbers.
        made.Run("ipset", "create", "other", "hash:ip");
        made.Run("ipset", "swap", "four", "other");
        Assert.Equal(((ushort)0, "other"), (indexes.Find("four")!.Value.Index, indexes.NameOf(3)));
        made.Run("ipset", "destroy", "six");
        Assert.Null(indexes.Find("six"));
        Assert.Null(indexes.NameOf(1));
    }
}
