using System.Buffers.Binary;
using System.Net.Sockets;

namespace Weir.Cli.Demo.Workloads;

/// <summary>Takes all that a sender has, then tells it what arrived: bytes and microseconds from the first to the last, 8 bytes each, big-endian.</summary>
internal sealed class BulkListener(int port, TimeProvider clock) : Listener(port)
{
    public const int ReportSize = 16;
    public const int BlockSize = 256 * 1024;

    protected override Task ServeAsync(Socket client, CancellationToken cancel) => Task.Factory.StartNew(
        () => Receive(client), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Blocking calls on a thread of its own: the measurement is of the network, not of the thread pool.</summary>
    private void Receive(Socket client)
    {
        client.ReceiveTimeout = 5000;
        var block = new byte[BlockSize];
        long total = client.Receive(block);
        var first = clock.GetTimestamp();
        for (int read; total > 0 && (read = client.Receive(block)) > 0;)
            total += read;

        var took = clock.GetElapsedTime(first);
        Span<byte> report = stackalloc byte[ReportSize];
        BinaryPrimitives.WriteInt64BigEndian(report, total);
        BinaryPrimitives.WriteInt64BigEndian(report[8..], (long)took.TotalMicroseconds);
        client.Send(report);
        CountRequest();
    }
}
