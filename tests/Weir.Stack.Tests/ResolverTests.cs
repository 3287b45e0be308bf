using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Packets;
using Weir.Packets.Dns;
using Weir.Stack.Devices;
using Weir.TcpIp;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Udp;
using Weir.Testing;

namespace Weir.Stack.Tests;

/// <summary>Names asked for through the stack, of a server that the test is.</summary>
public sealed class ResolverTests : IAsyncDisposable
{
    private readonly MemoryPort _end;
    private readonly TcpStack _stack;
    private readonly NetworkStack _peer;
    private readonly UdpSocket _server;

    public ResolverTests()
    {
        var (port, end) = MemoryPort.CreatePair();
        _end = end;
        _stack = TcpStack.Start(port, new TcpStackOptions { Addresses = [IpPrefix.Parse("10.0.0.1/24")], NameServers = [StackPair.ServerAddress] });
        _peer = new NetworkStack(new NetworkStackOptions { Random = new SeededGenerator(1).NextUInt32 });
        _peer.AddInterface(end, new InterfaceOptions { Addresses = [IpPrefix.Parse("10.0.0.2/24")] });
        _server = _peer.Udp.Open(new UdpSocketOptions { LocalPort = 53 });
    }

    public async ValueTask DisposeAsync()
    {
        await _stack.DisposeAsync();
        _end.Dispose();
    }

    [Fact]
    public async Task A_name_is_asked_for_through_the_stack()
    {
        var resolving = _stack.ResolveAsync("\u00e9.example.test", StackPair.Soon).AsTask();
        Serve(resolving, 0x8180);
        Assert.Equal([IPAddress.Parse("192.0.2.7")], await resolving);
        Assert.Equal([IPAddress.Parse("192.0.2.1")], await _stack.ResolveAsync("192.0.2.1", StackPair.Soon));
    }

    [Theory]
    [InlineData(0x8183, SocketError.HostNotFound)]
    [InlineData(0x8182, SocketError.TryAgain)]
    public async Task Why_there_is_no_address_is_told(ushort flags, SocketError error)
    {
        var connecting = _stack.ConnectAsync(new DnsEndPoint("db.example.test", 80), StackPair.Soon).AsTask();
        Serve(connecting, flags);
        Assert.Equal(error, (await Assert.ThrowsAsync<SocketException>(() => connecting)).SocketErrorCode);
    }

    [Theory]
    [InlineData("no name")]
    [InlineData("\u00e9..test")]
    public async Task What_is_no_name_is_not_asked_for(string name) =>
        Assert.Equal(SocketError.HostNotFound, (await Assert.ThrowsAsync<SocketException>(async () => await _stack.ResolveAsync(name, StackPair.Soon))).SocketErrorCode);

    [Fact]
    public async Task Who_waits_for_a_name_can_give_up_and_hears_of_the_stacks_end()
    {
        using var cancel = new CancellationTokenSource();
        var first = _stack.ResolveAsync("a.test", cancel.Token).AsTask();
        var second = _stack.ResolveAsync("b.test", StackPair.Soon).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);
        await _stack.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await _stack.ResolveAsync("c.test", StackPair.Soon));
    }

    /// <summary>Answers each question with an address, or an error, until the task has ended.</summary>
    private void Serve(Task until, ushort flags) => Eventually.True(TimeSpan.FromSeconds(20), () =>
    {
        while (_end.TryReceive(out var packet, out var offload))
            _peer.Receive(0, packet, offload, MonotonicClock.Now);
        while (_server.TryReceive(out var datagram, out var arrival))
        {
            Assert.Equal(PacketError.None, DnsMessage.Parse(datagram, out var asked));
            var writer = new DnsWriter(new byte[512], asked.Header.Id, flags);
            foreach (var question in asked.Questions)
            {
                writer.WriteQuestion(question);
                if ((flags & 15) == 0 && question.Name.Is("xn--9ca.example.test"))
                    writer.WriteAddress(question.Name.ToString(), IpAddressBits.Parse("192.0.2.7"), 60);
            }

            _server.Reply(writer.Finish(), arrival, MonotonicClock.Now);
        }

        _peer.Transmit(MonotonicClock.Now);
        return until.IsCompleted;
    }, "the answer");
}
