namespace Weir.Testing;

/// <summary>One workload of a <see cref="TestHost"/>: a namespace with <c>eth0</c>.</summary>
/// <param name="HostLink">The other end of its eth0, a port of the bridge.</param>
public sealed record TestWorkload(TestNamespace Namespace, string HostLink, string Address4, string Address6)
{
    public string Name => Namespace.Name;
}

/// <summary>A small host in namespaces: a bridge in one, and workloads with <c>eth0</c>, IPv4 and IPv6 addresses and default routes in others.</summary>
/// <remarks>Workload i has 10.77.0.i+1 and fd77::i+1; the bridge 10.77.0.254 and fd77::fe. Nothing of it is in the machine's own namespace.</remarks>
public sealed class TestHost : IDisposable
{
    public const string Bridge = "br0";

    private readonly List<TestWorkload> _workloads = [];

    public TestHost(int workloadCount)
    {
        Network = new TestNamespace();
        try
        {
            SetUpBridge();
            for (int i = 1; i <= workloadCount; i++)
                AddWorkload();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The namespace with the bridge: what a host's own namespace is to its containers.</summary>
    public TestNamespace Network { get; }

    public IReadOnlyList<TestWorkload> Workloads => _workloads;

    public TestWorkload this[int index] => _workloads[index];

    /// <summary>One more workload on the bridge.</summary>
    public TestWorkload AddWorkload()
    {
        int number = _workloads.Count + 1;
        TestNamespace ns = new();
        TestWorkload workload = new(ns, $"w{number}", $"10.77.0.{number}", $"fd77::{number:x}");
        _workloads.Add(workload);
        // No duplicate address detection: it would make addresses tentative for a second or two.
        ns.Run("sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0");
        // eth0 is index 2 and its peer 3 or more: equal numbers make linkwatch wait up to a second for the carrier.
        Network.Ip($"link add {workload.HostLink} type veth peer name eth0 netns {ns.Name}");
        Network.Ip($"link set {workload.HostLink} master {Bridge} up");
        ns.Ip("link set eth0 up");
        ns.Ip($"address add {workload.Address4}/24 dev eth0");
        ns.Ip($"address add {workload.Address6}/64 dev eth0 nodad");
        ns.Ip("route add default via 10.77.0.254");
        ns.Ip("-6 route add default via fd77::fe");
        return workload;
    }

    public void Dispose()
    {
        foreach (TestWorkload workload in _workloads)
            workload.Namespace.Dispose();
        Network.Dispose();
    }

    private void SetUpBridge()
    {
        Network.Run("sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0");
        Network.Ip($"link add {Bridge} type bridge forward_delay 0 mcast_snooping 0");
        Network.Ip($"link set {Bridge} up");
        Network.Ip($"address add 10.77.0.254/24 dev {Bridge}");
        Network.Ip($"address add fd77::fe/64 dev {Bridge} nodad");
    }
}
