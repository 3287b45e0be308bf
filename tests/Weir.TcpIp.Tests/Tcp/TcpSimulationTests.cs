using System.Globalization;
using System.Text;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Congestion;
using Weir.TcpIp.Tcp.Listening;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Tcp;

/// <summary>Whole connections over bad links. A seed that fails is printed: <c>WEIR_TCP_SEED=N</c> runs it alone, <c>WEIR_TCP_SEEDS=N</c> runs as many.</summary>
public class TcpSimulationTests
{
    private const ushort Port = 80;

    [Fact]
    public void No_byte_is_lost_repeated_or_out_of_order_on_any_link()
    {
        int only = Number("WEIR_TCP_SEED", -1);
        int count = Number("WEIR_TCP_SEEDS", 2000);
        for (int seed = only < 0 ? 1 : only; seed <= (only < 0 ? count : only); seed++)
        {
            try
            {
                Run(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"WEIR_TCP_SEED={seed} fails: {exception.Message}", exception);
            }
        }
    }

    [Fact]
    public void Throughput_by_loss_and_delay()
    {
        var table = new StringBuilder();
        table.AppendLine("# Mbit/s of payload over a link of 100 Mbit/s with a queue of 50 ms, 4 MB each, MTU 1500.");
        foreach ((string name, TcpProfile profile) in new[] { ("cubic", TcpProfile.Default), ("newreno", TcpProfile.Default with { CongestionControl = static () => new NewReno() }) })
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"{name,-8} loss %: {"0",8} {"0.1",8} {"1",8} {"5",8}");
            foreach (double delay in new[] { 1.0, 10, 50 })
            {
                table.Append(CultureInfo.InvariantCulture, $"  rtt {2 * delay,3} ms     ");
                foreach (double loss in new[] { 0, 0.1, 1, 5 })
                    table.Append(CultureInfo.InvariantCulture, $" {Throughput(profile, loss, delay),8:F1}");
                table.AppendLine();
            }
        }

        GoldenFile.Compare("tcpip/throughput.txt", table.ToString());
    }

    private static double Throughput(TcpProfile profile, double loss, double delay)
    {
        const int Total = 4_000_000;
        var link = new SimulatedLink(new SeededGenerator(7), new LinkConditions { Loss = loss, Delay = delay, Rate = 100e6 });
        var transfer = new Transfer(link, profile, new SeededGenerator(7), Total, 0) { Eager = true };
        transfer.Finish();
        return Total * 8 / (transfer.LastByteAt - TimeSpan.FromSeconds(1)).TotalSeconds / 1e6;
    }

    private static void Run(int seed)
    {
        var random = new SeededGenerator(seed);
        int mtu = random.Pick(576, 1280, 1500, 9000, 65535);
        var conditions = new LinkConditions
        {
            Loss = random.Pick(0, 0, 1, 5, 20),
            Duplication = random.Pick(0, 0, 2, 10),
            Reordering = random.Pick(0, 0, 5, 30),
            Corruption = random.Pick(0, 0, 1),
            Delay = random.Pick(0, 1, 20, 150),
            Jitter = random.Pick(0, 0, 5, 30),
            MaxSegment = mtu - random.Pick(20, 40),
            MaxSegmentOffload = mtu == 1500 && random.Chance(30) ? 65000 : 0,
        };
        TcpProfile profile = TcpProfile.Default with
        {
            Timestamps = random.Chance(60),
            SelectiveAcknowledgment = random.Chance(70),
            WindowScaling = random.Chance(70),
            Ecn = random.Pick(EcnMode.Off, EcnMode.Request),
            NoDelay = random.Chance(50),
            DelayedAck = TimeSpan.FromMilliseconds(random.Pick(0, 40)),
            ReceiveCapacity = random.Pick(1000, 10_000, 200_000),
            MaxReceiveCapacity = 400_000,
            SendCapacity = random.Pick(2000, 100_000),
            SynRetransmissions = 30,
            MaxRetransmissions = 60,
            MaxRto = TimeSpan.FromSeconds(5),
            CongestionControl = random.Pick<Func<ICongestionControl>>(static () => new Cubic(), static () => new NewReno(), static () => new NoCongestionControl()),
        };
        if (random.Chance(10))
            profile = TcpProfile.Course with { SynRetransmissions = 30, MaxRetransmissions = 60, MaxRto = TimeSpan.FromSeconds(5) };
        int most = random.Pick(10, 3000, 60_000);
        new Transfer(new SimulatedLink(random, conditions), profile, random, random.Next(0, most), random.Next(0, most)).Finish();
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    /// <summary>Both sides send, each in its own moods, and close.</summary>
    private sealed class Transfer
    {
        private readonly SimulatedLink _link;
        private readonly SeededGenerator _random;
        private readonly TcpListener _listener;
        private readonly TcpConnection?[] _ends = new TcpConnection?[2];
        private readonly int[] _total;
        private readonly int[] _written = new int[2];
        private readonly int[] _read = new int[2];
        private readonly byte[] _buffer = new byte[70_000];

        public Transfer(SimulatedLink link, TcpProfile profile, SeededGenerator random, int forward, int backward)
        {
            (_link, _random, _total) = (link, random, [forward, backward]);
            _listener = link.Layers[1].Listen(new TcpListenOptions { Port = Port, Profile = profile });
            _ends[0] = link.Layers[0].Connect(new TcpConnectOptions { RemoteAddress = SimulatedLink.AddressOf(1), RemotePort = Port, Profile = profile }, null, link.Now);
            SimulatedLink.Require(_ends[0] is not null, "no connection");
        }

        /// <summary>Reads and writes all it can, at once.</summary>
        public bool Eager { get; init; }

        public TimeSpan LastByteAt { get; private set; }

        public void Finish()
        {
            for (int steps = 0, idle = 0; idle < 100; steps++)
            {
                SimulatedLink.Require(steps < 2_000_000 && _link.Now < TimeSpan.FromHours(10), $"it does not come to an end: {_ends[0]!.Info} | {_ends[1]?.Info}");
                if (_ends[1] is null && _listener.TryAccept(out TcpConnection accepted))
                    _ends[1] = accepted;
                for (int end = 0; end < 2; end++)
                {
                    if (_ends[end] is { } connection)
                        Use(end, connection);
                }

                // When nothing is on the way and no timer runs, a side may still be in no mood to read or write.
                idle = _link.Step() ? 0 : idle + 1;
            }

            for (int end = 0; end < 2; end++)
            {
                SimulatedLink.Require(_ends[end] is not null, "the connection was never accepted");
                SimulatedLink.Require(_ends[end]!.Error == TcpError.None, $"end {end} has error {_ends[end]!.Error}");
                SimulatedLink.Require(_read[end] == _total[1 - end], $"end {end} read {_read[end]} of {_total[1 - end]} bytes");
                SimulatedLink.Require(_ends[end]!.IsReadFinished, $"end {end} did not see the other's FIN");
                SimulatedLink.Require(_link.Layers[end].Count == 0, $"left over: {string.Join(" | ", _link.Layers[end].Connections.Select(left => left.Info))}");
                SimulatedLink.Require(_link.Layers[end].MemoryUsed == 0, $"{_link.Layers[end].MemoryUsed} bytes are left over");
            }
        }

        private void Use(int end, TcpConnection connection)
        {
            CheckInvariants(connection);
            if (Eager || _random.Chance(70))
                Read(end, connection);
            if (_written[end] < _total[end] && (Eager || _random.Chance(50)))
            {
                int length = Math.Min(_total[end] - _written[end], Eager ? 64_000 : _random.Next(1, 20_000));
                if (connection.WriteRoom > 0)
                    _written[end] += connection.Write(TcpScript.Pattern(_written[end], Math.Min(length, connection.WriteRoom)));
            }

            if (_written[end] == _total[end])
                connection.CloseWrite();
        }

        private void Read(int end, TcpConnection connection)
        {
            while (true)
            {
                if (connection.Available == 0)
                    return;
                int count = connection.Read(_buffer.AsSpan(0, Eager ? _buffer.Length : _random.Next(1, 20_000)));
                if (count == 0)
                    return;
                SimulatedLink.Require(_buffer.AsSpan(0, count).SequenceEqual(TcpScript.Pattern(_read[end], count)), $"end {end} reads something else at {_read[end]}");
                _read[end] += count;
                LastByteAt = _link.Now;
                if (!Eager && _random.Chance(50))
                    return;
            }
        }

        private static void CheckInvariants(TcpConnection connection)
        {
            TcpConnectionInfo info = connection.Info;
            SimulatedLink.Require(info.InFlight >= 0, $"{info.InFlight} bytes in flight");
            SimulatedLink.Require(info.ReceiveBuffered <= info.ReceiveCapacity && info.SendBuffered <= info.SendCapacity, "a buffer holds more than its capacity");
            SimulatedLink.Require(info.Rto <= TimeSpan.FromSeconds(120), $"the RTO is {info.Rto}");
            SimulatedLink.Require(info.Cwnd >= 0, $"cwnd {info.Cwnd}");
        }
    }
}
