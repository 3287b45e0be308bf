using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Neighbors;
using Weir.TcpIp.Tcp;
using Weir.Testing;

namespace Weir.TcpIp.Tests;

/// <summary>Two whole stacks over bad links, seed by seed: every byte arrives once and in order, memory and timers stay in their bounds.</summary>
public class SimulationTests
{
    private const int Seeds = 400;

    public static TheoryData<int> Blocks => [.. Enumerable.Range(0, 4)];

    [Theory, MemberData(nameof(Blocks))]
    public void Every_byte_arrives_once_and_in_order(int block)
    {
        for (int seed = block * Seeds; seed < (block + 1) * Seeds; seed++)
            Run(seed);
    }

    /// <summary>A failing seed by itself: put its number here.</summary>
    [Fact]
    public void One_seed_is_the_same_each_time() => Assert.Equal(Run(17), Run(17));

    private static TimeSpan Run(int seed)
    {
        var random = new SeededGenerator(seed);
        bool ipv6 = random.Chance(50);
        var capabilities = new DeviceCapabilities
        {
            Medium = random.Pick(DeviceMedium.Ip, DeviceMedium.Ethernet),
            Mtu = random.Pick(ipv6 ? 1280 : 576, 1500, 1500, 9000, 65_520),
            TransmitChecksumOffload = random.Chance(30),
            MaxSegmentOffload = random.Chance(50) ? ushort.MaxValue : 0,
        };
        var conditions = new LinkConditions
        {
            Loss = random.Pick(0, 0, 0.01, 0.05, 0.1),
            Duplication = random.Pick(0, 0, 0.05),
            Reordering = random.Pick(0, 0.01, 0.2),
            ReorderDelay = TimeSpan.FromMilliseconds(random.Pick(1, 5, 50)),
            Corruption = random.Pick(0, 0, 0.01),
            Delay = TimeSpan.FromMilliseconds(random.Pick(0, 1, 20, 150)),
            Jitter = TimeSpan.FromMilliseconds(random.Pick(0, 0, 5)),
            BitsPerSecond = random.Pick(0L, 0L, 5_000_000L),
        };
        var pair = new StackPair(capabilities, conditions, seed);
        // On a link this bad a neighbor may seem silent at first.
        (TcpConnection first, TcpConnection second) = pair.Connect(ipv6, TcpProfile.Default with { UnreachableEndsOpening = false });
        var transfer = new NetworkStackTests.Transfer(first, second, random.Next(3, 60_000), seed);
        bool Check()
        {
            foreach (NetworkStack stack in new[] { pair.First, pair.Second })
            {
                Assert.True(stack.Interfaces[0].Neighbors.Count <= NeighborTable.MaxEntries, $"seed {seed}: neighbors");
                Assert.True(stack.Fragments.Bytes <= FragmentTable.MaxBytes, $"seed {seed}: fragments");
                Assert.True(stack.Tcp.MemoryUsed < 32 << 20, $"seed {seed}: memory");
                Assert.True(stack.NextDeadline is null || stack.NextDeadline < pair.Now + TimeSpan.FromMinutes(11), $"seed {seed}: timer {stack.NextDeadline}");
            }

            return transfer.Move();
        }

        Assert.True(pair.RunUntil(Check, TimeSpan.FromHours(2)), $"not done after two hours: {transfer} {conditions} {capabilities}");
        return pair.Now;
    }
}
