using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Linux;

public class SysctlTests
{
    [Fact]
    public void A_setting_is_written_in_its_namespace_only()
    {
        RootTier.Require("ip", "sysctl");
        using var first = new TestNamespace();
        using var second = new TestNamespace();
        using var a = NetworkNamespace.OpenNamed(first.Name);
        using var b = NetworkNamespace.OpenNamed(second.Name);

        Sysctl.Write(a, "net/ipv4/conf/lo/rp_filter", "2");
        first.Run("sysctl", "-qw", "net.ipv4.conf.lo.arp_ignore=3");

        Assert.Equal("2", first.Run("sysctl", "-n", "net.ipv4.conf.lo.rp_filter").Output.Trim());
        Assert.Equal("3", Sysctl.Read(a, "net/ipv4/conf/lo/arp_ignore"));
        Assert.NotEqual("2", Sysctl.Read(b, "net/ipv4/conf/lo/rp_filter"));
    }

    [Fact]
    public void A_tree_holds_what_sysctl_shows()
    {
        RootTier.Require("ip", "sysctl");
        using var made = new TestNamespace();
        made.Ip("link add ve.1 type veth peer name ve2");
        using var ns = NetworkNamespace.OpenNamed(made.Name);

        var tree = Sysctl.ReadTree(ns, "net/ipv6/conf/ve.1");

        Assert.Equal(made.Run("sysctl", "-n", "net/ipv6/conf/ve.1/accept_dad").Output.Trim(), tree["net/ipv6/conf/ve.1/accept_dad"]);
        Assert.InRange(tree.Count, 40, 200);
        Assert.Empty(Sysctl.ReadTree(ns, "net/ipv6/conf/nope"));
    }

    [Fact]
    public void A_setting_that_is_not_there_or_takes_another_value_is_an_error_with_its_name()
    {
        RootTier.Require("ip");
        using var made = new TestNamespace();
        using var ns = NetworkNamespace.OpenNamed(made.Name);

        Assert.Equal((int)Errno.ENOENT, Assert.Throws<LinuxException>(() => Sysctl.Read(ns, "net/ipv4/conf/nope/forwarding")).Errno);
        var exception = Assert.Throws<LinuxException>(() => Sysctl.Write(ns, "net/ipv4/ip_forward", "many"));
        Assert.Contains("net/ipv4/ip_forward", exception.Message, StringComparison.Ordinal);
        Assert.Equal((int)Errno.EINVAL, exception.Errno);
    }
}
