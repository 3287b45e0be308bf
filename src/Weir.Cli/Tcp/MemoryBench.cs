using System.Security.Cryptography;
using Weir.Linux;
using Weir.Packets;
using Weir.TcpIp;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Cli.Tcp;

/// <summary>Two stacks, a link of memory between them, one thread.</summary>
internal static class MemoryBench
{
    private const int Port = 7;
    private const int Message = 64;

    public static IEnumerable<MemoryResult> Run(TimeSpan span, CancellationToken cancel)
    {
        foreach (var (mtu, offload) in ((int, bool)[])[(1500, false), (1500, true), (65520, false)])
            yield return new MemoryResult($"bulk, mtu {mtu}{(offload ? ", segments of 64 KiB" : "")}", Bulk(mtu, offload, span, cancel), "Gbit/s");
        yield return new MemoryResult("round trips of 64 bytes", RoundTrips(span, cancel), "1/s");
        yield return new MemoryResult("connections (open, 1 byte there and back, close)", Connections(span, cancel), "1/s");
    }

    private static double Bulk(int mtu, bool offload, TimeSpan span, CancellationToken cancel)
    {
        var pair = new Pair(mtu, offload);
        var (client, server) = pair.Open();
        var payload = new byte[1 << 17];
        return Rate(span, pair, () =>
        {
            client.Write(payload);
            pair.Turn();
            var count = server.Available;
            while (server.Peek() is { IsEmpty: false } bytes)
                server.Consume(bytes.Length);
            return count * 8e-9;
        }, cancel);
    }

    private static double RoundTrips(TimeSpan span, CancellationToken cancel)
    {
        var pair = new Pair(1500, offload: false);
        var (client, server) = pair.Open();
        var message = new byte[Message];
        return Rate(span, pair, () =>
        {
            client.Write(message);
            pair.Turn();
            server.Write(message.AsSpan(0, server.Read(message)));
            pair.Turn();
            return client.Read(message) == Message ? 1 : 0;
        }, cancel);
    }

    private static double Connections(TimeSpan span, CancellationToken cancel)
    {
        var pair = new Pair(1500, offload: false);
        var one = new byte[1];
        return Rate(span, pair, () =>
        {
            var (client, server) = pair.Open();
            client.Write(one);
            pair.Turn();
            server.Write(one.AsSpan(0, server.Read(one)));
            pair.Turn();
            var done = client.Read(one);
            client.Close();
            pair.Turn();
            server.Close();
            pair.Turn();
            return done;
        }, cancel);
    }

    private static double Rate(TimeSpan span, Pair pair, Func<double> step, CancellationToken cancel)
    {
        // Once around before it counts: memory is taken, the code is compiled.
        for (var i = 0; i < 2000; i++)
            step();
        var start = MonotonicClock.Now;
        var sum = 0.0;
        while (true)
        {
            for (var i = 0; i < 64; i++)
                sum += step();
            var passed = MonotonicClock.Now - start;
            cancel.ThrowIfCancellationRequested();
            if (passed >= span)
                return sum / passed.TotalSeconds;
        }
    }

    /// <summary>Two stacks on a link.</summary>
    private sealed class Pair
    {
        private readonly (MemoryDevice Device, NetworkStack Stack, int Interface) _first, _second;
        private readonly TcpListener _listener;

        public Pair(int mtu, bool offload)
        {
            var (first, second) = MemoryDevice.CreatePair(
                new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = mtu, TransmitChecksumOffload = offload, MaxSegmentOffload = offload ? 65535 : 0 },
                queueBytes: 1 << 19);
            _first = Make(first, "10.0.0.1/24");
            _second = Make(second, "10.0.0.2/24");
            _listener = _second.Stack.Tcp.Listen(new TcpListenOptions { Port = Port });
        }

        public (TcpConnection Client, TcpConnection Server) Open()
        {
            var client = _first.Stack.Tcp.Connect(new TcpConnectOptions { RemoteAddress = IpAddressBits.Parse("10.0.0.2"), RemotePort = Port }, null, MonotonicClock.Now)
                ?? throw new InvalidOperationException("no connection could be opened");
            Turn();
            if (!_listener.TryAccept(out var server))
                throw new InvalidOperationException("the handshake has failed");
            client.NoDelay = server.NoDelay = true;
            return (client, server);
        }

        /// <summary>Until neither has anything to say.</summary>
        public void Turn()
        {
            var now = MonotonicClock.Now;
            do
            {
                Step(_first, now);
                Step(_second, now);
            }
            while (_first.Device.Waiting + _second.Device.Waiting > 0);
        }

        private static void Step(in (MemoryDevice Device, NetworkStack Stack, int Interface) end, TimeSpan now)
        {
            while (end.Device.TryReceive(out var packet, out var offload))
                end.Stack.Receive(end.Interface, packet, offload, now);
            if (end.Stack.NextDeadline <= now)
                end.Stack.Expire(now);
            end.Stack.Transmit(now);
        }

        private static (MemoryDevice, NetworkStack, int) Make(MemoryDevice device, string address)
        {
            var stack = new NetworkStack(new NetworkStackOptions { Random = static () => (uint)RandomNumberGenerator.GetInt32(int.MaxValue) });
            return (device, stack, stack.AddInterface(device, new InterfaceOptions { Addresses = [IpPrefix.Parse(address)] }));
        }
    }
}
