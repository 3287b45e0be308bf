using System.Net;
using System.Net.Sockets;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack.Tests;

/// <summary>A listener whose <see cref="StackListenOptions.Decide"/> takes its time before the SYN is answered.</summary>
public class DecisionTests
{
    private static readonly IPEndPoint Any = new(IPAddress.Any, 80), Target = new(StackPair.ServerAddress, 80);

    [Fact]
    public async Task The_client_is_connected_when_the_decision_is_made_and_its_owner_is_found_again()
    {
        await using var pair = new StackPair();
        var asked = new TaskCompletionSource<IncomingConnection>();
        var decision = new TaskCompletionSource<AcceptDecision>();
        await using var listener = await ListenAsync(pair, incoming =>
        {
            asked.SetResult(incoming);
            return new ValueTask<AcceptDecision>(decision.Task);
        });
        var connecting = pair.Client.ConnectAsync(Target, StackPair.Soon).AsTask();
        var incoming = await asked.Task.WaitAsync(StackPair.Soon);
        Assert.Equal((Target, StackPair.ClientAddress), (incoming.LocalEndPoint, incoming.RemoteEndPoint.Address));
        Assert.False(connecting.IsCompleted);

        incoming.Owner = "dialled";
        decision.SetResult(AcceptDecision.Accept);
        await using var client = await connecting;
        await using var server = await listener.AcceptAsync(StackPair.Soon);
        Assert.Equal("dialled", server.Owner);
        Assert.False(incoming.Closed.IsCancellationRequested);
        await client.WriteAsync(new byte[] { 7 }, StackPair.Soon);
        Assert.Equal(1, await server.ReadAsync(new byte[2], StackPair.Soon));
        client.Abort();
        await Cancelled(incoming.Closed);
    }

    [Theory]
    [InlineData(AcceptDecision.Reject)]
    [InlineData(AcceptDecision.Defer)]
    [InlineData(null)]
    public async Task A_rejection_and_an_exception_refuse(AcceptDecision? decision)
    {
        await using var pair = new StackPair();
        await using var listener = await ListenAsync(pair, _ => decision is { } said ? ValueTask.FromResult(said) : throw new IOException("no upstream"));
        var refused = await Assert.ThrowsAsync<SocketException>(async () => await pair.Client.ConnectAsync(Target, StackPair.Soon));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Theory]
    [InlineData("10.0.0.2", SocketError.HostUnreachable)]
    [InlineData("fd00::2", SocketError.HostUnreachable)]
    public async Task A_host_that_can_not_be_reached_is_told_as_by_a_router(string target, SocketError expected)
    {
        await using var pair = new StackPair();
        await using var listener = await ListenAsync(pair, _ => ValueTask.FromResult(AcceptDecision.Unreachable));
        var unreachable = await Assert.ThrowsAsync<SocketException>(async () => await pair.Client.ConnectAsync(new IPEndPoint(IPAddress.Parse(target), 80), StackPair.Soon));
        Assert.Equal(expected, unreachable.SocketErrorCode);
    }

    [Fact]
    public async Task Without_an_address_of_its_own_a_stack_refuses_instead()
    {
        await using var pair = new StackPair(transparent: true, serverHasAddresses: false);
        await using var listener = await pair.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 0), new StackListenOptions { AnyPort = true, Transparent = true, Decide = _ => ValueTask.FromResult(AcceptDecision.Unreachable) }, StackPair.Soon);
        var refused = await Assert.ThrowsAsync<SocketException>(async () => await pair.Client.ConnectAsync(Target, StackPair.Soon));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task Who_decides_for_too_long_is_told_and_what_it_says_then_has_no_effect()
    {
        await using var pair = new StackPair();
        var decision = new TaskCompletionSource<AcceptDecision>();
        var asked = new TaskCompletionSource<IncomingConnection>();
        await using var listener = await ListenAsync(
            pair,
            incoming =>
            {
                asked.TrySetResult(incoming);
                return new ValueTask<AcceptDecision>(decision.Task);
            },
            new StackListenOptions { DecideTimeout = TimeSpan.FromMilliseconds(30) });
        using var cancel = new CancellationTokenSource();
        var connecting = pair.Client.ConnectAsync(Target, cancel.Token).AsTask();
        await Cancelled((await asked.Task.WaitAsync(StackPair.Soon)).Closed);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        decision.SetResult(AcceptDecision.Accept);
        var (client, server) = await pair.OpenAsync(81);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task The_end_of_the_stack_ends_what_is_not_decided()
    {
        var pair = new StackPair();
        var asked = new TaskCompletionSource<IncomingConnection>();
        var decision = new TaskCompletionSource<AcceptDecision>();
        var listener = await ListenAsync(pair, incoming =>
        {
            asked.TrySetResult(incoming);
            return new ValueTask<AcceptDecision>(decision.Task);
        });
        var connecting = pair.Client.ConnectAsync(Target, StackPair.Soon).AsTask();
        var incoming = await asked.Task.WaitAsync(StackPair.Soon);
        await pair.DisposeAsync();
        await Cancelled(incoming.Closed);
        await Assert.ThrowsAnyAsync<Exception>(() => connecting);
        decision.SetResult(AcceptDecision.Reject);
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task No_more_wait_for_a_decision_than_the_backlog_has_room_for()
    {
        const int Most = 256;
        await using var pair = new StackPair();
        var (asked, full) = (0, new TaskCompletionSource());
        var decision = new TaskCompletionSource<AcceptDecision>();
        await using var listener = await ListenAsync(
            pair,
            _ =>
            {
                if (Interlocked.Increment(ref asked) == Most)
                    full.SetResult();
                return new ValueTask<AcceptDecision>(decision.Task);
            },
            new StackListenOptions { Backlog = 1 });
        using var cancel = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Most + 50).Select(_ => pair.Client.ConnectAsync(Target, cancel.Token).AsTask()).ToList();
        await full.Task.WaitAsync(StackPair.Soon);

        // What another port is asked later is answered later: all SYNs were seen by then.
        var (client, server) = await pair.OpenAsync(81);
        Assert.Equal(Most, Volatile.Read(ref asked));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(clients));
        decision.SetResult(AcceptDecision.Drop);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_listener_may_outlive_its_stack()
    {
        var pair = new StackPair();
        var listener = await pair.Server.ListenAsync(Any, cancellationToken: StackPair.Soon);
        var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        await pair.DisposeAsync();
        await listener.DisposeAsync();
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pair.Server.ListenAsync(Any, cancellationToken: StackPair.Soon));
    }

    private static async ValueTask<TcpStackListener> ListenAsync(StackPair pair, Func<IncomingConnection, ValueTask<AcceptDecision>> decide, StackListenOptions? options = null) =>
        await pair.Server.ListenAsync(Any, (options ?? new StackListenOptions()) with { Decide = decide }, StackPair.Soon);

    internal static async Task Cancelled(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = token.Register(() => cancelled.TrySetResult());
        await cancelled.Task.WaitAsync(StackPair.Soon);
    }
}
