using System.Net;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack.Tests;

/// <summary>Where a decision is made, and when it takes effect.</summary>
public class DecisionThreadTests
{
    private static readonly IPEndPoint Any = new(IPAddress.Any, 80), Target = new(StackPair.ServerAddress, 80);
    private static readonly TcpProfile SendsOnce = TcpProfile.Default with { InitialRto = TimeSpan.FromMinutes(10) };

    [Fact]
    public async Task Who_blocks_while_it_decides_stops_nobody_else()
    {
        await using var pair = new StackPair();
        using var decided = new ManualResetEventSlim();
        await using var listener = await pair.Server.ListenAsync(Any, new StackListenOptions
        {
            Decide = _ =>
            {
                decided.Wait(StackPair.Soon);
                return ValueTask.FromResult(AcceptDecision.Accept);
            },
        }, StackPair.Soon);
        var connecting = pair.Client.ConnectAsync(Target, StackPair.Soon).AsTask();
        var (client, server) = await pair.OpenAsync(81);
        await client.WriteAsync(new byte[1], StackPair.Soon);
        Assert.Equal(1, await server.ReadAsync(new byte[2], StackPair.Soon));
        Assert.False(connecting.IsCompleted);
        decided.Set();
        await (await connecting).DisposeAsync();
    }

    [Fact]
    public async Task A_decision_is_told_at_once_and_not_when_the_client_asks_again()
    {
        await using var pair = new StackPair(clientProfile: SendsOnce);
        var decision = new Held<AcceptDecision>();
        await using var listener = await pair.Server.ListenAsync(Any, new StackListenOptions { Decide = _ => decision.Ask() }, StackPair.Soon);
        var connecting = pair.Client.ConnectAsync(Target, StackPair.Soon).AsTask();
        await decision.Asked;
        decision.Answer(AcceptDecision.Accept);
        await using var client = await connecting;
        Assert.Equal(TcpState.Established, client.Info.State);
    }

    [Fact]
    public async Task As_many_may_be_decided_on_at_once_as_the_backlog_has_room_for()
    {
        const int Count = 300;
        await using var pair = new StackPair(clientProfile: SendsOnce);
        var (asked, all) = (0, new TaskCompletionSource());
        await using var listener = await pair.Server.ListenAsync(Any, new StackListenOptions
        {
            Backlog = Count,
            Decide = async _ =>
            {
                if (Interlocked.Increment(ref asked) == Count)
                    all.SetResult();
                await all.Task.WaitAsync(StackPair.Soon);
                return AcceptDecision.Accept;
            },
        }, StackPair.Soon);
        foreach (var client in await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => pair.Client.ConnectAsync(Target, StackPair.Soon).AsTask())))
            await client.DisposeAsync();
        Assert.Equal(Count, asked);
    }
}
