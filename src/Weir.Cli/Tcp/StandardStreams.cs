using Weir.Stack.Streams;

namespace Weir.Cli.Tcp;

/// <summary>Standard input and output at the ends of a connection.</summary>
internal static class StandardStreams
{
    /// <summary>Both ways until both have ended: the end of standard input closes one direction, and the other goes on.</summary>
    public static async Task CopyAsync(TcpStream stream, CancellationToken cancel)
    {
        await using Stream input = Console.OpenStandardInput(), output = Console.OpenStandardOutput();
        // A read of a terminal or a pipe can't be cancelled: it is left behind when the peer is gone.
        var sending = Task.Run(() => SendAsync(input, stream, cancel), CancellationToken.None);
        var receiving = ReceiveAsync(stream, output, cancel);
        if (await Task.WhenAny(sending, receiving).WaitAsync(cancel) == sending)
            await sending;
        await receiving;
        var gone = new TaskCompletionSource();
        await using var registration = stream.Closed.Register(gone.SetResult);
        if (await Task.WhenAny(sending, gone.Task).WaitAsync(cancel) == sending)
            await sending;
    }

    private static async Task SendAsync(Stream input, TcpStream stream, CancellationToken cancel)
    {
        var buffer = new byte[65536];
        while (await input.ReadAsync(buffer, cancel) is > 0 and var count)
            await stream.WriteAsync(buffer.AsMemory(0, count), cancel);
        stream.CloseWrite();
    }

    private static async Task ReceiveAsync(TcpStream stream, Stream output, CancellationToken cancel)
    {
        var buffer = new byte[65536];
        while (await stream.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            await output.WriteAsync(buffer.AsMemory(0, count), cancel);
            await output.FlushAsync(cancel);
        }
    }
}
