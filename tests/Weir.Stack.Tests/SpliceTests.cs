using Weir.Stack.Forwarding;

namespace Weir.Stack.Tests;

public class SpliceTests
{
    [Fact]
    public async Task Between_two_pieces_it_waits_without_a_buffer_however_long_they_are()
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        var third = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        await using var far = SocketStream.Create(source: buffer =>
        {
            // There is something; all that the buffer takes; and then?
            if (++calls < 3)
                return buffer.Length;
            third.TrySetResult(buffer.Length);
            return 0;
        });
        var running = new Splice(server, far).RunAsync();
        Assert.Equal(0, await third.Task.WaitAsync(StackPair.Soon));
        client.Abort();
        await running.WaitAsync(StackPair.Soon);
    }
}
