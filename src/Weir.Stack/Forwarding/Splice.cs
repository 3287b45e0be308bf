using System.Buffers;
using System.Net.Sockets;
using Weir.Stack.Streams;

namespace Weir.Stack.Forwarding;

/// <summary>Two streams whose bytes go from each to the other, with the end of each direction, and a reset when one of them breaks.</summary>
internal sealed class Splice(TcpStream near, Stream far)
{
    private const int BufferSize = 1 << 16;

    /// <summary>Both directions until both have ended, and then both streams. What the network does throws nothing: who needs to know is at the ends, and sees a reset.</summary>
    internal async Task RunAsync()
    {
        await using var first = near.ConfigureAwait(false);
        await using var second = far.ConfigureAwait(false);
        // Who waits for bytes of one end for another that is gone waits in vain: its half may be all that is left open.
        var there = GuardAsync(CopyAsync(near, far, far is TcpStream stream ? stream.Closed : CancellationToken.None));
        var back = GuardAsync(CopyAsync(far, near, near.Closed));
        await Task.WhenAll(there, back).ConfigureAwait(false);
    }

    internal void Abort()
    {
        near.Abort();
        Abort(far);
    }

    /// <exception cref="NotSupportedException">The end of one direction can't be told over the stream while the other goes on.</exception>
    internal static void ThrowIfUnsupported(Stream? stream)
    {
        if (stream is not (TcpStream or NetworkStream))
            throw new NotSupportedException($"A {stream?.GetType().Name ?? "null"} can't end one direction alone; a TcpStream or a NetworkStream can.");
    }

    private async Task GuardAsync(Task copy)
    {
        try
        {
            await copy.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Abort();
            if (exception is not (IOException or SocketException or ObjectDisposedException or OperationCanceledException))
                throw;
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancel)
    {
        while (true)
        {
            // Waits without a buffer, after each piece: thousands of idle connections have none.
            await from.ReadAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                var count = await from.ReadAsync(buffer, cancel).ConfigureAwait(false);
                if (count == 0)
                {
                    CloseWrite(to);
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, count), cancel).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static void CloseWrite(Stream stream)
    {
        if (stream is TcpStream ours)
            ours.CloseWrite();
        else
            ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);
    }

    internal static void Abort(Stream stream)
    {
        if (stream is TcpStream ours)
        {
            ours.Abort();
            return;
        }

        // A socket that is closed without lingering sends a reset.
        var socket = ((NetworkStream)stream).Socket;
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }

        socket.Dispose();
        stream.Dispose();
    }
}
