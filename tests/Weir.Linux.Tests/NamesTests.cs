namespace Weir.Linux.Tests;

public class NamesTests
{
    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("../../etc/passwd")]
    [InlineData("a\0b")]
    public void A_name_that_would_leave_the_directory_is_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => NetworkNamespace.OpenNamed(name));
        Assert.Throws<ArgumentException>(() => NetworkNamespace.CreateNamed(name));
        Assert.Throws<ArgumentException>(() => NetworkNamespace.DeleteNamed(name));
    }

    [Theory]
    [InlineData("kernel/hostname")]
    [InlineData("net/../kernel/hostname")]
    [InlineData("net//ipv4")]
    [InlineData("net/")]
    [InlineData("/net/ipv4/ip_forward")]
    public void A_setting_outside_of_net_is_refused(string key)
    {
        using var ns = NetworkNamespace.OpenCurrent();
        Assert.Throws<ArgumentException>(() => Sysctl.Read(ns, key));
        Assert.Throws<ArgumentException>(() => Sysctl.Write(ns, key, "1"));
        Assert.Throws<ArgumentException>(() => Sysctl.ReadTree(ns, key));
    }

    [Fact]
    public void A_file_that_is_no_namespace_is_told_from_one_that_is_not_there()
    {
        var plain = Assert.Throws<LinuxException>(() => NetworkNamespace.OpenPath("/proc/version"));
        Assert.Contains("not a network namespace", plain.Message, StringComparison.Ordinal);
        Assert.Equal((int)Errno.ENOENT, Assert.Throws<LinuxException>(() => NetworkNamespace.OpenPath("/run/netns/weir-test-no-such")).Errno);
        Assert.Throws<LinuxException>(() => NetworkNamespace.OpenPath("/proc/self/ns/mnt"));
    }

    [Fact]
    public void The_process_is_at_home_in_the_host()
    {
        using var current = NetworkNamespace.OpenCurrent();
        using var own = NetworkNamespace.OpenPid(Environment.ProcessId);
        Assert.Equal(("host", own.Inode), (current.Name, current.Inode));
        Assert.Equal($"pid {Environment.ProcessId}", own.Name);
        Assert.Equal($"pid {Environment.ProcessId}", NetworkNamespace.OpenPath($"/proc/{Environment.ProcessId}/ns/net").Name);
    }

    [Fact]
    public void A_closed_namespace_says_so()
    {
        var ns = NetworkNamespace.OpenCurrent();
        ns.Dispose();
        Assert.Throws<ObjectDisposedException>(() => ns.Descriptor);
    }
}
