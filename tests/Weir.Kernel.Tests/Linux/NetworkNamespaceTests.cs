using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Linux;

public class NetworkNamespaceTests
{
    [Fact]
    public void A_created_namespace_is_one_that_ip_knows_and_can_enter()
    {
        RootTier.Require("ip");
        var name = TestNamespace.NewName();
        try
        {
            NetworkNamespace.CreateNamed(name);
            Assert.Contains(name, Tool.Run("ip", "netns", "list").Output, StringComparison.Ordinal);
            Assert.Contains(name, NetworkNamespace.ListNamed());
            Assert.Equal("lo", Tool.RunIn(name, "ip", "-j", "link").Json[0].GetProperty("ifname").GetString());
            Assert.Equal((int)Errno.EEXIST, Assert.Throws<LinuxException>(() => NetworkNamespace.CreateNamed(name)).Errno);
            NetworkNamespace.DeleteNamed(name);
            Assert.DoesNotContain(name, Tool.Run("ip", "netns", "list").Output, StringComparison.Ordinal);
            Assert.False(NetworkNamespace.NamedExists(name));
            Assert.Equal((int)Errno.ENOENT, Assert.Throws<LinuxException>(() => NetworkNamespace.DeleteNamed(name)).Errno);
        }
        finally
        {
            TestNamespace.Delete(name);
        }
    }

    [Fact]
    public void A_namespace_of_ip_is_opened_and_deleted()
    {
        RootTier.Require("ip");
        using var made = new TestNamespace();
        using (var ns = NetworkNamespace.OpenNamed(made.Name))
        using (var host = NetworkNamespace.OpenCurrent())
        {
            Assert.Equal(made.Name, ns.Name);
            Assert.NotEqual(host.Inode, ns.Inode);
            Assert.Equal(ns.Inode, NetworkNamespace.OpenPath(made.NamespacePath).Inode);
        }

        NetworkNamespace.DeleteNamed(made.Name);
        Assert.DoesNotContain(made.Name, Tool.Run("ip", "netns", "list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_visit_inside_a_visit_comes_back_each_time()
    {
        RootTier.Require("ip");
        using var first = new TestNamespace();
        using var second = new TestNamespace();
        using var a = NetworkNamespace.OpenNamed(first.Name);
        using var b = NetworkNamespace.OpenNamed(second.Name);

        var seen = a.Run(() => (Before: Current(), Inside: b.Run(Current), After: Current()));

        Assert.Equal((a.Inode, b.Inode, a.Inode), seen);
        Assert.NotEqual(a.Inode, Current());

        static ulong Current()
        {
            using var ns = NetworkNamespace.OpenCurrent();
            return ns.Inode;
        }
    }

    [Fact]
    public void What_is_thrown_inside_is_thrown_outside_unchanged()
    {
        RootTier.Require("ip");
        using var made = new TestNamespace();
        using var ns = NetworkNamespace.OpenNamed(made.Name);
        var thrown = new InvalidOperationException("as it was");

        Assert.Same(thrown, Assert.Throws<InvalidOperationException>(() => ns.Run(() => throw thrown)));
    }

    [Fact]
    public void No_thread_stays_in_a_foreign_namespace()
    {
        RootTier.Require("ip");
        using var made = new TestNamespace();
        using var ns = NetworkNamespace.OpenNamed(made.Name);
        // Seldom things inside on purpose: each kind of .NET thread would be born there if it were not there before.
        for (var i = 0; i < 50; i++)
        {
            ns.Run(() =>
            {
                using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                return Enumerable.Range(0, 1000).Select(n => n.ToString()).Aggregate(0, (sum, text) => sum + text.Length);
            });
        }

        Eventually.True(TimeSpan.FromSeconds(10), () => ThreadNamespaces.List().All(thread => thread.Inode != ns.Inode), "all threads back home");
    }

    [Fact]
    public void A_deleted_namespace_ends_at_once()
    {
        RootTier.Require("ip");
        using var other = new TestNamespace();
        var name = TestNamespace.NewName();
        NetworkNamespace.CreateNamed(name);
        using (var ns = NetworkNamespace.OpenNamed(name))
        {
            Tool.Run("ip", "-n", other.Name, "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", name);
            ns.Run(() => { });
        }

        NetworkNamespace.DeleteNamed(name);

        // A veth goes with its other end's namespace: it is gone only when nothing holds that.
        Eventually.True(TimeSpan.FromSeconds(10), () => !Tool.Try("ip", "-n", other.Name, "link", "show", "v0").Succeeded, "the namespace is gone, with its links");
    }
}
