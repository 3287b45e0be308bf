using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Linux;

public class LinkFilesTests
{
    [Fact]
    public void Files_of_a_link_in_another_namespace_are_read_and_written()
    {
        RootTier.Require("ip");
        using var made = new TestNamespace();
        made.Ip("link add ve1 type veth peer name ve2");
        using var ns = NetworkNamespace.OpenNamed(made.Name);

        LinkFiles.Write(ns, "ve1", "queues/rx-0/rps_flow_cnt", "256");
        made.Ip("link set ve1 mtu 1400");

        // ip netns exec mounts the namespace's own sysfs.
        Assert.Equal("256", made.Run("cat", "/sys/class/net/ve1/queues/rx-0/rps_flow_cnt").Output.Trim());
        Assert.Equal("1400", LinkFiles.Read(ns, "ve1", "mtu"));
    }

    [Fact]
    public void No_mount_is_left_behind()
    {
        RootTier.Require("ip");
        using var made = new TestNamespace();
        using var ns = NetworkNamespace.OpenNamed(made.Name);
        var before = File.ReadAllText("/proc/self/mountinfo");

        Assert.Equal("65536", LinkFiles.Read(ns, "lo", "mtu"));

        Assert.Equal(before, File.ReadAllText("/proc/self/mountinfo"));
    }

    [Fact]
    public void A_file_that_is_not_there_or_takes_another_value_is_an_error_with_its_name()
    {
        RootTier.Require("ip");
        using var made = new TestNamespace();
        using var ns = NetworkNamespace.OpenNamed(made.Name);

        var missing = Assert.Throws<LinuxException>(() => LinkFiles.Read(ns, "nope", "mtu"));
        Assert.Equal((int)Errno.ENOENT, missing.Errno);
        Assert.Contains("mtu of nope", missing.Message, StringComparison.Ordinal);
        Assert.Equal((int)Errno.EINVAL, Assert.Throws<LinuxException>(() => LinkFiles.Write(ns, "lo", "mtu", "many")).Errno);
        Assert.Throws<ArgumentException>(() => LinkFiles.Read(ns, "lo", "../../../etc/passwd"));
    }
}
