using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;
using Weir.Testing;

namespace Weir.TcpIp.Tests;

/// <summary>Two whole stacks over a link, and the test's clock.</summary>
internal sealed class StackPair
{
    private readonly MemoryDevice[] _ends;
    private readonly LossyDevice?[] _links = new LossyDevice?[2];

    public StackPair(DeviceCapabilities capabilities, LinkConditions? conditions = null, int seed = 1, InterfaceOptions? second = null, Func<IDevice, IDevice>? around = null)
    {
        var (first, last) = MemoryDevice.CreatePair(capabilities, queueBytes: 1 << 19);
        _ends = [first, last];
        First = NewStack(0, conditions, seed, new InterfaceOptions(), around);
        Second = NewStack(1, conditions, seed, second ?? new InterfaceOptions(), around);
    }

    public NetworkStack First { get; }

    public NetworkStack Second { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(10);

    public static UInt128 Address(int end, bool ipv6) => IpAddressBits.Parse(ipv6 ? $"fd00::{end + 1}" : $"10.0.0.{end + 1}");

    public LossyDevice? Link(int end) => _links[end];

    /// <summary>Moves what can move without the clock; false: nothing did.</summary>
    public bool Step()
    {
        bool moved = false;
        for (int end = 0; end < 2; end++)
        {
            _links[end]?.Advance(Now);
            (end == 0 ? First : Second).Transmit(Now);
            _links[end]?.Advance(Now);
        }

        for (int end = 0; end < 2; end++)
        {
            NetworkStack stack = end == 0 ? First : Second;
            while (_ends[end].TryReceive(out Span<byte> packet, out PacketOffload offload))
            {
                moved = true;
                stack.Receive(0, packet, offload, Now);
            }
        }

        return moved;
    }

    /// <summary>Runs until a condition holds or so much time has passed; the clock jumps from deadline to deadline.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan most)
    {
        TimeSpan end = Now + most;
        while (true)
        {
            // The condition may read and write: what that causes goes before the clock does.
            if (condition())
                return true;
            if (Step())
                continue;
            TimeSpan next = Earliest();
            if (next > end)
            {
                Now = end;
                return false;
            }

            Now = next > Now ? next : Now;
            First.Expire(Now);
            Second.Expire(Now);
        }
    }

    public (TcpConnection First, TcpConnection Second) Connect(bool ipv6, TcpProfile? profile = null)
    {
        TcpListener listener = Second.Tcp.Listen(new TcpListenOptions { Port = 80, Profile = profile ?? TcpProfile.Default });
        TcpConnection? client = First.Tcp.Connect(new TcpConnectOptions { RemoteAddress = Address(1, ipv6), RemotePort = 80, Profile = profile ?? TcpProfile.Default }, null, Now);
        Assert.NotNull(client);
        TcpConnection? server = null;
        Assert.True(RunUntil(() => listener.TryAccept(out server), TimeSpan.FromMinutes(2)), "the connection was not accepted");
        return (client, server!);
    }

    private TimeSpan Earliest()
    {
        TimeSpan next = TimeSpan.MaxValue;
        foreach (TimeSpan? deadline in new[] { First.NextDeadline, Second.NextDeadline, _links[0]?.NextDeadline, _links[1]?.NextDeadline })
        {
            if (deadline < next)
                next = deadline.Value;
        }

        return next;
    }

    private NetworkStack NewStack(int end, LinkConditions? conditions, int seed, InterfaceOptions options, Func<IDevice, IDevice>? around)
    {
        IDevice device = around is null ? _ends[end] : around(_ends[end]);
        if (conditions is not null)
            device = _links[end] = new LossyDevice(device, conditions, ((ulong)seed * 2) + (ulong)end);
        var random = new SeededGenerator((seed * 2) + end);
        var stack = new NetworkStack(new NetworkStackOptions { Random = random.NextUInt32 });
        stack.AddInterface(
            device,
            options with { Mac = new MacAddress(0x0200_0000_0001UL + (ulong)end), Addresses = [new IpPrefix(Address(end, false), 24), new IpPrefix(Address(end, true), 64)] },
            Now);
        return stack;
    }
}
