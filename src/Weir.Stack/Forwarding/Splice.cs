using System.Buffers;
using System.Net.Sockets;
using Weir.Stack.Streams;

namespace Weir.Stack.Forwarding;

/// <summary>Two streams whose bytes go from each to the other, with the end of each direction, and a reset when one of them breaks.</summary>
internal sealed class Splice(TcpStream near, Stream far)
{
    private const int BufferSize = 1 << 16;

    /// <summary>Both directions until both have ended. Never throws: who needs to know is at the ends, and sees a reset.</summary>
    internal async Task RunAsync()
    {
        // Who waits for bytes of one end for another that is gone waits in vain: its half may be all that is left open.
        var there = GuardAsync(CopyAsync(near, far, far is TcpStream stream ? stream.Closed : CancellationToken.None));
        var back = GuardAsync(CopyAsync(far, near, near.Closed));
        await Task.WhenAll(there, back).ConfigureAwait(false);
        await near.DisposeAsync().ConfigureAwait(false);
        await far.DisposeAsync().ConfigureAwait(false);
    }

    internal void Abort()
    {
        near.Abort();
        Abort(far);
    }

    /// <summary>Whether the end of one direction can be told over a stream while the other goes on.</summary>
    internal static bool IsSupported(Stream stream) => stream is TcpStream or NetworkStream;

    private async Task GuardAsync(Task copy)
    {
        try
        {
            await copy.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Abort();
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancel)
    {
        while (true)
        {
            // Waits without a buffer: thousands of idle connections have none.
            await from.ReadAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                int count;
                do
                {
                    count = await from.ReadAsync(buffer, cancel).ConfigureAwait(false);
                    if (count == 0)
                    {
                        CloseWrite(to);
                        return;
                    }

                    await to.WriteAsync(buffer.AsMemory(0, count), cancel).ConfigureAwait(false);
                }
                while (count == buffer.Length);
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
        if (socket.SafeHandle.IsClosed)
            return;
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }

        socket.Dispose();
    }
}
