using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Linux;

public sealed class DescriptorPassingTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly Socket _near;
    private readonly Socket _far;

    public DescriptorPassingTests()
    {
        var place = new UnixDomainSocketEndPoint(_folder.PathOf("socket"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(place);
        listener.Listen();
        _near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _near.Connect(place);
        _far = listener.Accept();
    }

    [Fact]
    public void A_namespace_that_was_handed_over_is_entered_without_its_name_or_its_maker()
    {
        RootTier.Require("ip");
        using var made = new TestNamespace();
        made.Ip("link add v0 type veth peer name v1");
        ulong inode;
        using (var ns = NetworkNamespace.OpenNamed(made.Name))
        {
            inode = ns.Inode;
            ns.SendTo(_near);
        }

        using var received = NetworkNamespace.ReceiveFrom(_far, "received");
        Assert.Equal((inode, "received"), (received.Inode, received.Name));
        Assert.Equal("veth", Ethtool.Driver(received, "v0"));
        using var here = NetworkNamespace.OpenCurrent();
        Assert.NotEqual(here.Inode, received.Inode);
        Assert.All(Directory.GetDirectories("/proc/self/task"), task => Assert.NotEqual($"net:[{inode}]", LinkOf($"{task}/ns/net")));
    }

    [Fact]
    public void What_is_no_namespace_is_refused_and_its_descriptor_closed()
    {
        RootTier.Require();
        using SafeFileHandle file = File.OpenHandle(_folder.Write("file", "text"));
        DescriptorPassing.Send(_near, "x"u8, file);
        LinuxException refusal = Assert.Throws<LinuxException>(() => NetworkNamespace.ReceiveFrom(_far, "received"));
        Assert.Contains("not a network namespace", refusal.Message, StringComparison.Ordinal);

        _near.Send("no descriptor"u8);
        refusal = Assert.Throws<LinuxException>(() => NetworkNamespace.ReceiveFrom(_far, "received"));
        Assert.Contains("no descriptor came", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Descriptors_come_in_order_with_their_data_and_the_file_can_be_read_through_them()
    {
        SafeFileHandle[] files = [.. Enumerable.Range(0, 20).Select(i => File.OpenHandle(_folder.Write($"file{i}", $"text {i}")))];
        DescriptorPassing.Send(_near, "twenty"u8, files);
        foreach (var file in files)
            file.Dispose();

        var data = new byte[64];
        var (count, descriptors) = DescriptorPassing.Receive(_far, data, 20);
        Assert.Equal((6, 20), (count, descriptors.Count));
        for (var i = 0; i < descriptors.Count; i++)
        {
            var text = new byte[64];
            Assert.Equal($"text {i}", System.Text.Encoding.ASCII.GetString(text, 0, RandomAccess.Read(descriptors[i], text, 0)));
            descriptors[i].Dispose();
        }
    }

    [Fact]
    public void More_descriptors_than_asked_for_are_an_error_and_none_stays_open()
    {
        using SafeFileHandle file = File.OpenHandle(_folder.Write("passed", "text"));
        var open = OpenOf("passed");
        DescriptorPassing.Send(_near, "x"u8, file, file, file, file, file);
        LinuxException refusal = Assert.Throws<LinuxException>(() => DescriptorPassing.Receive(_far, new byte[8], 2));
        Assert.Equal((int)Errno.EMSGSIZE, refusal.Errno);
        Assert.Equal(open, OpenOf("passed"));
    }

    [Fact]
    public void A_closed_end_is_told_without_a_signal()
    {
        _far.Dispose();
        using SafeFileHandle file = File.OpenHandle(_folder.Write("file", "text"));
        Assert.Equal(32, Assert.Throws<LinuxException>(() => DescriptorPassing.Send(_near, "x"u8, file)).Errno);
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
        _folder.Dispose();
    }

    private int OpenOf(string name) => Directory.GetFiles("/proc/self/fd").Count(path => LinkOf(path) == _folder.PathOf(name));

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
