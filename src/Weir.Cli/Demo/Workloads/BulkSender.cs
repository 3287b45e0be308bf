using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Weir.Cli.Demo.Workloads;

/// <summary>The other end of <see cref="BulkListener"/>: sends for a time, and learns what arrived.</summary>
internal static class BulkSender
{
    /// <exception cref="SocketException">The connection was refused, or stood still for three seconds.</exception>
    public static (long Bytes, long Microseconds) Send(IPEndPoint server, TimeSpan duration, TimeProvider clock)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 3000, ReceiveTimeout = 3000 };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        socket.ConnectAsync(server, limit.Token).AsTask().GetAwaiter().GetResult();

        var block = new byte[BulkListener.BlockSize];
        var began = clock.GetTimestamp();
        while (clock.GetElapsedTime(began) < duration)
            socket.Send(block);
        socket.Shutdown(SocketShutdown.Send);

        Span<byte> report = stackalloc byte[BulkListener.ReportSize];
        for (var read = 0; read < report.Length;)
        {
            var got = socket.Receive(report[read..]);
            if (got == 0)
                throw new SocketException((int)SocketError.ConnectionReset);
            read += got;
        }

        return (BinaryPrimitives.ReadInt64BigEndian(report), BinaryPrimitives.ReadInt64BigEndian(report[8..]));
    }
}
