using System.Net;
using Weir.Stack.Devices;
using Weir.Stack.Streams;
using Weir.TcpIp.Ip;

namespace Weir.Stack.Tests;

/// <summary>What happens to streams in the middle of a loop's turn.</summary>
public sealed class TurnTests : IAsyncDisposable
{
    private readonly HookedPort _port;
    private readonly TcpStack _stack, _peer;

    public TurnTests()
    {
        var (first, second) = MemoryPort.CreatePair();
        _port = new HookedPort(first);
        _stack = TcpStack.Start(_port, new TcpStackOptions { Name = "turning", Addresses = [IpPrefix.Parse("10.0.0.1/24")] });
        _peer = TcpStack.Start(second, new TcpStackOptions { Name = "peer", Addresses = [IpPrefix.Parse("10.0.0.2/24")] });
    }

    [Fact]
    public async Task Who_reads_and_writes_is_let_in_between_two_packets_of_a_turn_and_what_was_written_goes_at_its_end()
    {
        await using var listener = await _peer.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        await using var stream = await _stack.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon);
        await using var peer = await listener.AcceptAsync(StackPair.Soon);
        var (read, turns) = (0, 0);
        var user = new Thread(() =>
        {
            var buffer = new byte[8];
            read = stream.Read(buffer);
            stream.Write(buffer.AsSpan(0, read));
        });
        var wasLetIn = false;
        _port.Received = () =>
        {
            // The turn has its packet; the next look for one is in the same turn.
            _port.Received = null;
            _port.Receiving = InTurn;
        };
        await peer.WriteAsync("question"u8.ToArray(), StackPair.Soon);
        var answer = new byte[8];
        await peer.ReadExactlyAsync(answer, StackPair.Soon);
        Assert.Equal("question"u8.ToArray(), answer);
        Assert.True(wasLetIn, "the read was done before the turn was over");
        user.Join();

        bool InTurn()
        {
            // As many packets as a turn has room for. The thread needs one or two, once it waits for the gate, which nothing tells; it has seconds for it.
            if (turns++ == 0)
                user.Start();
            SpinWait.SpinUntil(() => !user.IsAlive, TimeSpan.FromMilliseconds(50));
            if (user.IsAlive && turns < 200)
                return true;
            wasLetIn = !user.IsAlive;
            _port.Receiving = null;
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stack.DisposeAsync();
        await _peer.DisposeAsync();
    }
}
