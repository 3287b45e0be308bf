using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Bench.Stack;

/// <summary>Stack to stack in memory, no device: the whole of TCP and IP both ways, and nothing else; on one thread, but for the streams.</summary>
internal static class StackBench
{
    private const int Rounds = 5;
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(1);
    private static readonly byte[] Data = new byte[1 << 16];

    // Both rings of a connection stay in the caches of one core; grown to megabytes by themselves they would not, and nothing here waits for a round trip.
    private const int Window = 256 * 1024;
    private static readonly TcpProfile Bounded = TcpProfile.Default with
    {
        SendCapacity = Window,
        MaxSendCapacity = Window,
        ReceiveCapacity = Window,
        MaxReceiveCapacity = Window,
    };

    // All but the streams runs on one thread and waits for nothing: CPU time tells the same as time, and on a busy machine more.
    private static bool ByCpu;
    private static readonly long Start = TimeProvider.System.GetTimestamp();

    private static TimeSpan Clock => ByCpu ? Environment.CpuUsage.TotalTime : TimeProvider.System.GetElapsedTime(Start);

    public static int Run(string[] arguments)
    {
        ByCpu = arguments.Contains("--cpu");
        string only = arguments.FirstOrDefault(argument => argument != "--cpu") ?? "";
        Console.WriteLine(ByCpu ? "for each second of CPU time" : "for each second");
        foreach ((string name, Func<string> measure) in Measurements())
        {
            if (name.Contains(only, StringComparison.Ordinal))
                Console.WriteLine($"{name,-52}{measure()}");
        }

        return 0;
    }

    private static IEnumerable<(string Name, Func<string> Measure)> Measurements()
    {
        yield return ("checksum of 1448 bytes", () => $"{Best(() => Checksum(1448)):0.0} GB/s");
        yield return ("checksum of 65496 bytes", () => $"{Best(() => Checksum(65_496)):0.0} GB/s");
        foreach (DeviceMedium medium in new[] { DeviceMedium.Ip, DeviceMedium.Ethernet })
        {
            foreach (int mtu in new[] { 1500, 65_520 })
            {
                foreach (bool offload in new[] { false, true })
                {
                    string name = $"bulk, {medium}, MTU {mtu}, offload {(offload ? "on" : "off")}";
                    yield return (name, () => $"{Best(() => Bulk(mtu, offload, medium, Bounded)):0.0} Gbit/s");
                }
            }
        }

        yield return ("bulk, Ip, MTU 1500, offload off, windows that grow", () => $"{Best(() => Bulk(1500, false, DeviceMedium.Ip, TcpProfile.Default)):0.0} Gbit/s");
        foreach ((StreamsOverStacks.End end, string what) in new[] { (StreamsOverStacks.End.Service, "a service"), (StreamsOverStacks.End.Stream, "a stream"), (StreamsOverStacks.End.InlineStream, "an inline stream") })
        {
            foreach (bool toServer in new[] { true, false })
                yield return ($"streams, threads, bulk {(toServer ? "into" : "out of")} {what}", () => $"{Best(() => StreamsOverStacks.Measure(end, toServer, RoundTime, () => Clock)):0.0} Gbit/s");
        }

        yield return ("round trips of 64 bytes", () => $"{Best(RoundTrips):0} /s");
        yield return ("connections, opened, a byte each way, closed", () => $"{Best(Connections):0} /s");
        yield return ("memory of an idle connection, each end", () => $"{BytesPerConnection():0} bytes");
    }

    private static double Best(Func<double> measure) => Enumerable.Range(0, Rounds).Max(_ => measure());

    private static double Checksum(int length)
    {
        ReadOnlySpan<byte> bytes = Data.AsSpan(0, length);
        TimeSpan start = Clock;
        ulong sum = 0;
        const int Turns = 200;
        long done = 0;
        while (Clock - start < RoundTime / 5)
        {
            for (int i = 0; i < Turns; i++)
                sum = InternetChecksum.Add(sum & 0xFFFF, bytes);
            done += Turns;
        }

        return done * length / (Clock - start).TotalSeconds / 1e9 + (sum == 1 ? 1e-9 : 0);
    }

    private static double Bulk(int mtu, bool offload, DeviceMedium medium, TcpProfile profile)
    {
        var pair = new StackPair(mtu, offload, medium, new TcpListenOptions { Port = 80, Profile = profile });
        (TcpConnection client, TcpConnection server) = pair.Connect(profile);
        Move(pair, client, server, RoundTime / 4);
        return Move(pair, client, server, RoundTime);
    }

    private static double Move(StackPair pair, TcpConnection client, TcpConnection server, TimeSpan duration)
    {
        TimeSpan start = Clock;
        long received = 0;
        for (int turn = 1; (turn & 15) != 0 || Clock - start < duration; turn++)
        {
            TimeSpan now = pair.Now;
            while (client.Write(Data) > 0)
            {
            }

            pair.Run(now);
            for (ReadOnlySpan<byte> bytes = server.Peek(); !bytes.IsEmpty; bytes = server.Peek())
            {
                received += bytes.Length;
                server.Consume(bytes.Length);
            }
        }

        return received * 8 / (Clock - start).TotalSeconds / 1e9;
    }

    private static double RoundTrips()
    {
        var pair = new StackPair(1500, offload: false);
        (TcpConnection client, TcpConnection server) = pair.Connect(TcpProfile.Default with { NoDelay = true });
        server.NoDelay = true;
        TimeSpan start = Clock, now = pair.Now;
        long trips = 0;
        while ((trips & 1023) != 0 || Clock - start < RoundTime)
        {
            client.Write(Data.AsSpan(0, 64));
            for (int answered = 0; answered < 64;)
            {
                pair.Run(now);
                ReadOnlySpan<byte> asked = server.Peek();
                if (!asked.IsEmpty)
                {
                    server.Write(asked);
                    server.Consume(asked.Length);
                }

                int back = client.Peek().Length;
                answered += back;
                client.Consume(back);
            }

            trips++;
            if ((trips & 15) == 0)
                now = pair.Now;
        }

        return trips / (Clock - start).TotalSeconds;
    }

    private static double Connections()
    {
        var pair = new StackPair(1500, offload: false);
        TimeSpan start = Clock;
        long count = 0;
        while ((count & 63) != 0 || Clock - start < RoundTime)
        {
            (TcpConnection client, TcpConnection server) = pair.Connect();
            client.Write(Data.AsSpan(0, 1));
            while (server.Peek().IsEmpty)
                pair.Run(pair.Now);
            server.Consume(1);
            server.Write(Data.AsSpan(0, 1));
            server.CloseWrite();
            while (client.Peek().IsEmpty)
                pair.Run(pair.Now);
            client.Consume(1);
            client.CloseWrite();
            while (server.State != TcpState.TimeWait)
                pair.Run(pair.Now);
            count++;
        }

        return count / (Clock - start).TotalSeconds;
    }

    private static double BytesPerConnection()
    {
        const int count = 10_000;
        var pair = new StackPair(1500, offload: false, listen: new TcpListenOptions { Port = 80, Backlog = 16, MaxHalfOpen = 16 });
        pair.Connect();
        var kept = new (TcpConnection, TcpConnection)[count];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < count; i++)
        {
            (TcpConnection client, TcpConnection server) = kept[i] = pair.Connect();
            client.Write(Data.AsSpan(0, 100));
            while (server.Peek().IsEmpty)
                pair.Run(pair.Now);
            server.Consume(100);
            pair.Run(pair.Now);
        }

        TimeSpan end = pair.Now + TimeSpan.FromMilliseconds(300);
        while (pair.Now < end)
            pair.Run(pair.Now);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(kept);
        GC.KeepAlive(pair);
        return (after - before) / (2.0 * count);
    }
}
