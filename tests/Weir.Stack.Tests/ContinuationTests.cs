namespace Weir.Stack.Tests;

/// <summary>Where application code goes on that waited for a stream.</summary>
public class ContinuationTests
{
    private const string StackThread = "weir-tcp-server-0";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_goes_on_in_the_stacks_thread_only_if_that_is_asked_for(bool inline)
    {
        await using var pair = new StackPair(inline: inline);
        var (client, server) = await pair.OpenAsync();
        var threads = new List<string?>();
        var serving = Task.Run(async () =>
        {
            var buffer = new byte[64];
            while (await server.ReadAsync(buffer, StackPair.Soon).ConfigureAwait(false) is > 0 and var count)
            {
                threads.Add(Thread.CurrentThread.Name);
                await server.WriteAsync(buffer.AsMemory(0, count), StackPair.Soon).ConfigureAwait(false);
            }
        }, StackPair.Soon);

        var answer = new byte[64];
        for (var i = 0; i < 100; i++)
        {
            await client.WriteAsync(new byte[] { (byte)i }, StackPair.Soon);
            Assert.Equal(1, await client.ReadAsync(answer, StackPair.Soon));
            Assert.Equal(i, answer[0]);
        }

        client.CloseWrite();
        await serving;
        if (inline)
            Assert.Contains(StackThread, threads);
        else
            Assert.DoesNotContain(StackThread, threads);
    }

    [Fact]
    public async Task A_stack_may_be_ended_in_its_own_thread()
    {
        await using var pair = new StackPair(inline: true);
        var (client, server) = await pair.OpenAsync();
        var read = server.ReadAsync(new byte[1], StackPair.Soon);
        Assert.False(read.IsCompleted);
        var ending = EndAsync(read);
        await client.WriteAsync(new byte[1], StackPair.Soon);
        Assert.Equal(StackThread, await ending);

        async Task<string?> EndAsync(ValueTask<int> first)
        {
            await first.ConfigureAwait(false);
            var thread = Thread.CurrentThread.Name;
            await pair.Server.DisposeAsync().ConfigureAwait(false);
            return thread;
        }
    }
}
