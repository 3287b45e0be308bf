using System.Net;
using Weir.Stack;
using Weir.Stack.Devices;
using Weir.Stack.Services;
using Weir.Stack.Streams;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;

namespace Weir.Bench.Stack;

/// <summary>One bulk stream between two stacks with a thread each, on a link of memory with packets of 64 KiB: what streams cost beside services.</summary>
internal static class StreamsOverStacks
{
    private const int Port = 80;
    private static readonly IPEndPoint Server = new(IPAddress.Parse("10.0.0.2"), Port);

    /// <summary>Who is at the server's end. The client's end is a stream, in the stack's own thread if the server's is.</summary>
    internal enum End
    {
        Service,
        Stream,
        InlineStream,
    }

    /// <param name="end">Who is at the server's end.</param>
    /// <param name="toServer">False: the server sends.</param>
    /// <param name="duration">Of one measurement.</param>
    /// <param name="clock">Time, or CPU time.</param>
    /// <returns>Gbit/s.</returns>
    internal static double Measure(End end, bool toServer, TimeSpan duration, Func<TimeSpan> clock) => MeasureAsync(end, toServer, duration, clock).GetAwaiter().GetResult();

    private static async Task<double> MeasureAsync(End end, bool toServer, TimeSpan duration, Func<TimeSpan> clock)
    {
        var (first, second) = MemoryPort.CreatePair(new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = 1500, TransmitChecksumOffload = true, MaxSegmentOffload = ushort.MaxValue });
        bool inline = end == End.InlineStream;
        await using var client = TcpStack.Start(first, new TcpStackOptions { Name = "client", Addresses = [IpPrefix.Parse("10.0.0.1/24")], InlineContinuations = inline });
        await using var server = TcpStack.Start(second, new TcpStackOptions { Name = "server", Addresses = [IpPrefix.Parse("10.0.0.2/24")], InlineContinuations = inline });
        TcpStackListener? listener = null;
        if (end == End.Service)
            server.Serve(Server, () => toServer ? new DiscardService() : new SourceService());
        else
            listener = await server.ListenAsync(Server).ConfigureAwait(false);

        TcpStream near = await client.ConnectAsync(Server).ConfigureAwait(false);
        TcpStream? far = listener is null ? null : await listener.AcceptAsync().ConfigureAwait(false);
        TcpStream? sender = toServer ? near : far, receiver = toServer ? far : near;
        Task sending = sender is null ? Task.CompletedTask : Task.Run(() => SendAsync(sender));
        Task receiving = receiver is null ? Task.CompletedTask : Task.Run(() => ReceiveAsync(receiver));

        await Task.Delay(duration / 4, TimeProvider.System).ConfigureAwait(false);
        TimeSpan start = clock();
        long before = Delivered(near, toServer);
        await Task.Delay(duration, TimeProvider.System).ConfigureAwait(false);
        double rate = (Delivered(near, toServer) - before) * 8 / (clock() - start).TotalSeconds / 1e9;
        near.Abort();
        await Task.WhenAll(sending, receiving).ConfigureAwait(false);
        if (listener is not null)
            await listener.DisposeAsync().ConfigureAwait(false);
        return rate;
    }

    private static long Delivered(TcpStream near, bool toServer) => toServer ? near.Info.BytesAcked : near.Info.BytesReceived;

    private static async Task SendAsync(TcpStream stream)
    {
        var bytes = new byte[1 << 16];
        try
        {
            while (true)
                await stream.WriteAsync(bytes).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The measurement is over.
        }
    }

    private static async Task ReceiveAsync(TcpStream stream)
    {
        var bytes = new byte[1 << 16];
        try
        {
            while (await stream.ReadAsync(bytes).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The measurement is over.
        }
    }
}
