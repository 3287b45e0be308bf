using System.Net;
using Weir.Stack.Devices;
using Weir.Stack.Streams;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack.Tests;

/// <summary>What a stack does whose device goes away.</summary>
public sealed class DeviceFailureTests : IAsyncDisposable
{
    private readonly FailingPort _port;
    private readonly TcpStack _stack, _peer;

    public DeviceFailureTests()
    {
        var (first, second) = MemoryPort.CreatePair();
        _port = new FailingPort(first);
        _stack = TcpStack.Start(_port, new TcpStackOptions { Name = "failing", Addresses = [IpPrefix.Parse("10.0.0.1/24")] });
        _peer = TcpStack.Start(second, new TcpStackOptions { Name = "peer", Addresses = [IpPrefix.Parse("10.0.0.2/24")] });
    }

    [Fact]
    public async Task Why_it_has_ended_is_told_to_all_who_wait_or_come_later()
    {
        var (stream, _) = await OpenAsync();
        await using var listener = await _stack.ListenAsync(new IPEndPoint(IPAddress.Any, 81), cancellationToken: StackPair.Soon);
        var read = stream.ReadAsync(new byte[1], StackPair.Soon);
        _port.Go();

        Assert.Same(FailingPort.Gone, await _stack.Ended.WaitAsync(StackPair.Soon));
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () => await read);
        Assert.Same(FailingPort.Gone, failure);
        await DecisionTests.Cancelled(stream.Closed);
        var later = await Assert.ThrowsAsync<IOException>(async () => await stream.WriteAsync(new byte[1], StackPair.Soon));
        Assert.Same(FailingPort.Gone, later.InnerException);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await _stack.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon));
    }

    [Fact]
    public async Task A_device_that_fails_under_an_application_that_sends_has_failed_for_all()
    {
        var (first, second) = MemoryPort.CreatePair();
        using var other = second;
        var port = new FailingPort(new HookedPort(first) { KnowsNoTime = true });
        await using var stack = TcpStack.Start(port, StackPair.Stopped with { Addresses = [IpPrefix.Parse("10.0.0.1/24")] });
        var connecting = stack.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon).AsTask();
        await using var listener = await stack.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        var accepting = listener.AcceptAsync(StackPair.Soon).AsTask();
        port.RefuseToSend();
        Assert.Same(FailingPort.Gone, await Assert.ThrowsAnyAsync<Exception>(async () => await stack.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 81), StackPair.Soon)));
        Assert.Same(FailingPort.Gone, await Assert.ThrowsAnyAsync<Exception>(() => connecting));
        Assert.Same(FailingPort.Gone, await stack.Ended.WaitAsync(StackPair.Soon));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => accepting);
    }

    [Fact]
    public async Task Who_was_to_be_woken_when_it_ended_is_woken()
    {
        var (stream, server) = await OpenAsync();
        var buffer = new byte[8];
        var read = stream.ReadAsync(buffer, StackPair.Soon);
        _port.GoAfterNext();
        await server.WriteAsync("the last"u8.ToArray(), StackPair.Soon);
        Assert.Equal(8, await read);
        Assert.Equal("the last"u8.ToArray(), buffer);
    }

    [Fact]
    public async Task Its_port_is_closed_when_it_is_disposed()
    {
        await OpenAsync();
        _port.Go();
        await _stack.Ended.WaitAsync(StackPair.Soon);
        await _stack.DisposeAsync();
        Assert.True(_port.IsDisposed);
        await _stack.DisposeAsync();
        Assert.Equal(1, _port.Disposals);
    }

    [Fact]
    public void Ports_that_no_stack_can_be_on_are_closed()
    {
        var good = new FailingPort(MemoryPort.CreatePair().First);
        var bad = new FailingPort(MemoryPort.CreatePair(new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = 100 }).First);
        Assert.Throws<ArgumentException>(() => TcpStack.Start([good, bad], new TcpStackOptions()));
        Assert.True(good.IsDisposed && bad.IsDisposed);
    }

    [Fact]
    public async Task Nothing_is_sent_on_a_port_that_is_closed()
    {
        var (stream, _) = await OpenAsync();
        var decision = new Held<AcceptDecision>();
        await using var listener = await _stack.ListenAsync(new IPEndPoint(IPAddress.Any, 81), new StackListenOptions { Decide = _ => decision.Ask() }, StackPair.Soon);
        using var cancel = new CancellationTokenSource();
        var connecting = _peer.ConnectAsync(new IPEndPoint(StackPair.ClientAddress, 81), cancel.Token).AsTask();
        await decision.Asked;
        await _stack.DisposeAsync();
        Assert.True(_port.IsDisposed);

        // Goes on in this call: nobody has asked for another thread.
        decision.Answer(AcceptDecision.Accept);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await _stack.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon));
        await Assert.ThrowsAsync<IOException>(async () => await stream.WriteAsync(new byte[1], StackPair.Soon));
        stream.CloseWrite();
        stream.Abort();
        await listener.DisposeAsync();
        Assert.False(_port.IsUsedLate);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    public async ValueTask DisposeAsync()
    {
        await _stack.DisposeAsync();
        await _peer.DisposeAsync();
    }

    private async Task<(TcpStream Stream, TcpStream Peer)> OpenAsync()
    {
        await using var listener = await _peer.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        var stream = await _stack.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon);
        return (stream, await listener.AcceptAsync(StackPair.Soon));
    }
}
