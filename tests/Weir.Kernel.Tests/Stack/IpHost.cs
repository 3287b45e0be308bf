using Weir.Linux;
using Weir.Packets;
using Weir.Stack.Devices;
using Weir.TcpIp;
using Weir.TcpIp.Ip;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>Weir's whole IP stack with a TUN or TAP device in each of several namespaces: the kernel is N.1 on a network, the stack N.2.</summary>
internal sealed class IpHost : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<TunQueue> _ports = [];
    private readonly List<TestNamespace> _namespaces = [];
    private readonly List<NetworkNamespace> _opened = [];
    private readonly List<Thread> _threads = [];
    private readonly NetworkStack _stack;
    private bool _isStopping;

    internal IpHost(TunMode mode, params IReadOnlyList<int> mtus)
    {
        var random = new SeededGenerator(7);
        _stack = new NetworkStack(new NetworkStackOptions { Random = random.NextUInt32 });
        for (var i = 0; i < mtus.Count; i++)
            Add(mode, i + 1, mtus[i], isRouter: mtus.Count > 1);
        foreach (var ns in _namespaces)
        {
            // Until the kernel has seen that the device has a carrier now, it drops what it is to send there (net/core/link_watch.c).
            Eventually.True(TimeSpan.FromSeconds(10), () => ns.Ip("-j link show tun0").Json[0].GetProperty("qdisc").GetString() != "noop", "a device that sends");
        }

        foreach (var (number, port) in _ports.Index())
        {
            var thread = new Thread(() => Run(number, port)) { IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }
    }

    internal IReadOnlyList<TestNamespace> Namespaces => _namespaces;

    /// <summary>The stack belongs to whoever is in here.</summary>
    internal T With<T>(Func<NetworkStack, TimeSpan, T> use)
    {
        lock (_gate)
        {
            var result = use(_stack, MonotonicClock.Now);
            _stack.Transmit(MonotonicClock.Now);
            return result;
        }
    }

    internal LinuxSocket KernelSocket(int number, bool ipv6, int type)
    {
        const int inet = 2, inet6 = 10;
        return LinuxSocket.Open(_opened[number], ipv6 ? inet6 : inet, type, 0);
    }

    public void Dispose()
    {
        _isStopping = true;
        foreach (var port in _ports)
            port.Wake();
        foreach (var thread in _threads)
            thread.Join();
        foreach (var port in _ports)
            port.Dispose();
        foreach (var ns in _opened)
            ns.Dispose();
        foreach (var ns in _namespaces)
            ns.Dispose();
    }

    private void Add(TunMode mode, int number, int mtu, bool isRouter)
    {
        var ns = new TestNamespace();
        _namespaces.Add(ns);
        ns.Ip($"tuntap add mode {(mode == TunMode.Tun ? "tun" : "tap")} name tun0");
        ns.Ip($"link set tun0 mtu {mtu}");
        ns.Ip($"addr add 10.{number}.0.1/24 dev tun0");
        ns.Ip($"addr add fd00:{number}::1/64 dev tun0 nodad");
        ns.Ip("link set tun0 up");
        if (isRouter)
        {
            ns.Ip($"route add default via 10.{number}.0.2");
            ns.Ip($"-6 route add default via fd00:{number}::2");
        }

        var opened = NetworkNamespace.OpenNamed(ns.Name);
        _opened.Add(opened);
        var port = TunQueue.Open(opened, new TunQueueOptions { Name = "tun0", Mode = mode, Mtu = mtu });
        _ports.Add(port);
        _stack.AddInterface(port, new InterfaceOptions
        {
            Addresses = [IpPrefix.Parse($"10.{number}.0.2/24"), IpPrefix.Parse($"fd00:{number}::2/64")],
            Mac = new MacAddress(0x0200_0000_0000UL + (uint)number),
            Forwarding = isRouter,
        }, MonotonicClock.Now);
    }

    private void Run(int number, TunQueue port)
    {
        while (!Volatile.Read(ref _isStopping))
        {
            TimeSpan? wait;
            lock (_gate)
            {
                while (port.TryReceive(out var packet, out var offload))
                    _stack.Receive(number, packet, offload, MonotonicClock.Now);
                var now = MonotonicClock.Now;
                _stack.Transmit(now);
                if (_stack.NextDeadline <= now)
                    _stack.Expire(now);
                wait = _stack.NextDeadline - now;
            }

            // The other thread, or the test, may make an earlier deadline than the one that is waited for here.
            port.Wait(wait is { } some && some < TimeSpan.FromMilliseconds(20) ? some : TimeSpan.FromMilliseconds(20));
        }
    }
}
