using System.Net;
using Weir.Stack.Streams;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;
using Weir.Testing;

namespace Weir.Stack.Tests;

/// <summary>What waits at a listener, how much of it, and what becomes of it.</summary>
public class ListenerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly IPEndPoint Any = new(IPAddress.Any, 80), Target = new(StackPair.ServerAddress, 80);
    private static readonly TcpProfile Impatient = TcpProfile.Default with { InitialRto = TimeSpan.FromMilliseconds(20), MinRto = TimeSpan.FromMilliseconds(20), MaxRto = TimeSpan.FromMilliseconds(100), SynRetransmissions = 1000 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whether_a_full_backlog_resets_is_said_to_the_layer(bool resets) =>
        Assert.Equal(resets, new StackListenOptions { AbortOnOverflow = resets }.ToLayer(Any, TcpProfile.Default).AbortOnOverflow);

    [Fact]
    public async Task No_more_wait_than_the_backlog_has_room_for_and_the_next_one_comes_in_when_one_was_taken()
    {
        // So many in the listener, and as many in its layer.
        const int Backlog = 2, Room = 2 * Backlog;
        await using var pair = new StackPair(clientProfile: Impatient);
        await using var listener = await pair.Server.ListenAsync(Any, new StackListenOptions { Backlog = Backlog }, StackPair.Soon);
        var clients = new List<TcpStream>();
        while (clients.Count < Room)
            clients.Add(await pair.Client.ConnectAsync(Target, StackPair.Soon));
        var late = pair.Client.ConnectAsync(Target, StackPair.Soon).AsTask();
        Eventually.True(Deadline, () => pair.Client.ListConnections().Any(connection => connection.Info is { State: TcpState.SynSent, SegmentsSent: > 3 }), "the next one has tried again and again");
        Assert.Equal(Room, pair.Server.ListConnections().Count);

        var taken = new List<TcpStream>();
        while (taken.Count < Room + 1)
            taken.Add(await listener.AcceptAsync(StackPair.Soon));
        clients.Add(await late);
        Assert.Equal(clients.Select(client => client.LocalEndPoint.Port).Order(), taken.Select(server => server.RemoteEndPoint.Port).Order());
    }

    [Fact]
    public async Task A_connection_that_has_ended_before_it_was_taken_is_passed_over()
    {
        await using var pair = new StackPair(clientProfile: Impatient);
        await using var listener = await pair.Server.ListenAsync(Any, new StackListenOptions { Backlog = 1 }, StackPair.Soon);
        // One fills the listener, the next one waits in its layer.
        await using var first = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        var gone = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        gone.Abort();
        Eventually.True(Deadline, () => pair.Server.ListConnections().Count == 1, "the reset has come");

        await using var firstServer = await listener.AcceptAsync(StackPair.Soon);
        Assert.Equal(first.LocalEndPoint, firstServer.RemoteEndPoint);
        await using var last = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        await using var lastServer = await listener.AcceptAsync(StackPair.Soon);
        Assert.Equal(last.LocalEndPoint, lastServer.RemoteEndPoint);
    }

    [Fact]
    public async Task What_nobody_has_taken_is_reset_with_the_listener()
    {
        await using var pair = new StackPair();
        var listener = await pair.Server.ListenAsync(Any, cancellationToken: StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        Eventually.True(Deadline, () => pair.Server.ListConnections().Any(connection => connection.Info.State == TcpState.Established), "it waits");
        await listener.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(async () => await client.ReadExactlyAsync(new byte[1], StackPair.Soon));
    }

    [Fact]
    public async Task Who_is_accepted_after_the_end_of_the_listener_is_reset()
    {
        await using var pair = new StackPair();
        var decision = new Held<AcceptDecision>();
        var listener = await pair.Server.ListenAsync(Any, new StackListenOptions { Decide = _ => decision.Ask() }, StackPair.Soon);
        var connecting = pair.Client.ConnectAsync(Target, StackPair.Soon).AsTask();
        await decision.Asked;
        await listener.DisposeAsync();
        decision.Answer(AcceptDecision.Accept);
        await using var client = await connecting;
        await Assert.ThrowsAsync<IOException>(async () => await client.ReadExactlyAsync(new byte[1], StackPair.Soon));
        Assert.Empty(pair.Server.ListConnections());
    }

    [Fact]
    public async Task A_listener_may_have_a_profile_of_its_own()
    {
        await using var pair = new StackPair();
        await using var listener = await pair.Server.ListenAsync(Any, new StackListenOptions { Profile = TcpProfile.Default with { Timestamps = false } }, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        Assert.False(client.Info.Timestamps);
        await using var usual = (await pair.OpenAsync(81)).Client;
        Assert.True(usual.Info.Timestamps);
    }

    [Fact]
    public async Task Waiting_for_a_connection_is_cancelled_and_the_next_one_is_not_lost()
    {
        await using var pair = new StackPair();
        await using var listener = await pair.Server.ListenAsync(Any, cancellationToken: StackPair.Soon);
        using var cancel = new CancellationTokenSource();
        var accepting = listener.AcceptAsync(cancel.Token).AsTask();
        Assert.False(accepting.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting.WaitAsync(StackPair.Soon));
        Assert.True(accepting.IsCanceled);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        await using var server = await listener.AcceptAsync(StackPair.Soon);
        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
    }
}
