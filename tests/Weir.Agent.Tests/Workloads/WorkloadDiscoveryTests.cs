using System.Net;
using Weir.Agent.Configuration;
using Weir.Agent.Workloads;
using Weir.Capture;

namespace Weir.Agent.Tests.Workloads;

public sealed class WorkloadDiscoveryTests
{
    private readonly FakeHost _host = new();

    [Fact]
    public void Named_namespaces_are_workloads_but_not_weirs_own()
    {
        _host.Add("web", 1, "10.0.0.1");
        _host.Add("api", 2, "10.0.0.2", "fd00::2");
        _host.Add("weir", 3);

        var changes = Discovery().Scan();
        Assert.Equal(["api", "web"], changes.Appeared.Select(w => w.Name));
        Assert.Equal([IPAddress.Parse("10.0.0.2"), IPAddress.Parse("fd00::2")], changes.Appeared[0].ToPolicy().Addresses);
        Assert.Equal(new CaptureTarget("api", "/run/netns/api"), changes.Appeared[0].ToTarget());
    }

    [Fact]
    public void The_configuration_gives_names_labels_and_capture_and_is_not_a_second_workload()
    {
        _host.Add("ns1", 1, "10.0.0.1");
        _host.Add("/proc/7/ns/net", 2, "10.0.0.2");
        var labels = new Dictionary<string, string> { ["app"] = "shop" };
        var discovery = Discovery(
            new WorkloadConfig { Name = "web", Namespace = "ns1", Labels = labels, Capture = CaptureMode.Tap },
            new WorkloadConfig { Name = "db", Namespace = "/proc/7/ns/net" },
            new WorkloadConfig { Name = "later", Namespace = "ns9" });

        discovery.Scan();
        Assert.Equal([("db", null), ("web", CaptureMode.Tap)], discovery.Current.Select(w => (w.Name, w.Capture)));
        Assert.Equal("shop", discovery.Current[1].ToPolicy().Labels["app"]);

        _host.Add("ns9", 3);
        Assert.Equal(["later"], discovery.Scan().Appeared.Select(w => w.Name));
    }

    [Fact]
    public void A_namespace_that_has_two_names_is_one_workload()
    {
        _host.Add("a", 5);
        _host.Add("b", 5);
        Assert.Single(Discovery().Scan().Appeared);
    }

    [Fact]
    public void Weirs_own_namespace_is_no_workload_under_another_name_either()
    {
        _host.Add("weir", 3);
        _host.Add("alias", 3);
        Assert.Empty(Discovery().Scan().Appeared);
    }

    [Fact]
    public void Namespaces_of_other_weirs_are_no_workloads_by_any_name()
    {
        _host.Add("alias", 8);
        _host.Add("web", 1, "10.0.0.1");
        _host.AddWithPipe("weir-0a1b2c", 8);
        _host.AddWithPipe("alias", 8);
        Assert.Equal(["web"], Discovery(new WorkloadConfig { Name = "odd", Namespace = "weir-0a1b2c" }).Scan().Appeared.Select(w => w.Name));
    }

    [Fact]
    public void A_workload_can_not_hide_behind_a_link_and_a_name_alone_hides_nothing()
    {
        _host.AddWithPipe("web", 1);
        _host.Add("weir-test", 2, "10.0.0.2");
        _host.AddWithPipe("weirdo", 3);
        Assert.Equal(["web", "weir-test", "weirdo"], Discovery().Scan().Appeared.Select(w => w.Name));
    }

    [Fact]
    public void Nothing_new_is_no_change()
    {
        _host.Add("web", 1, "10.0.0.1");
        var discovery = Discovery();
        discovery.Scan();
        Assert.True(discovery.Scan().IsEmpty);
    }

    [Fact]
    public void A_workload_that_goes_disappears_and_a_new_address_is_a_change()
    {
        _host.Add("web", 1, "10.0.0.1");
        _host.Add("api", 2, "10.0.0.2");
        var discovery = Discovery();
        discovery.Scan();
        _host.Delete("api");
        _host.Add("web", 1, "10.0.0.1", "10.0.0.9");

        var changes = discovery.Scan();
        Assert.Equal(["api"], changes.Disappeared.Select(w => w.Name));
        Assert.Equal(["web"], changes.Changed.Select(w => w.Name));
        Assert.Empty(changes.Appeared);
    }

    [Fact]
    public void A_namespace_made_anew_under_its_old_name_disappears_and_appears()
    {
        _host.Add("web", 1, "10.0.0.1");
        var discovery = Discovery();
        discovery.Scan();
        _host.Add("web", 77, "10.0.0.1");

        var changes = discovery.Scan();
        Assert.Equal([(1UL, 77UL)], changes.Disappeared.Zip(changes.Appeared, (old, now) => (old.Inode, now.Inode)));
        Assert.Empty(changes.Changed);
    }

    private WorkloadDiscovery Discovery(params WorkloadConfig[] configured) => new(_host, configured, "weir");

    private sealed class FakeHost : INamespaceReader
    {
        private readonly SortedDictionary<string, NamespaceReading> _namespaces = new(StringComparer.Ordinal);

        public void Add(string name, ulong inode, params string[] addresses)
            => _namespaces[PathOf(name)] = new NamespaceReading(inode,
            [
                new WorkloadLink(1, "lo", "", [], true, [IPAddress.Loopback]),
                new WorkloadLink(2, "eth0", "veth", [2, 0, 0, 0, 0, (byte)inode], true, [.. addresses.Select(IPAddress.Parse)]),
            ]);

        public void AddWithPipe(string name, ulong inode)
            => _namespaces[PathOf(name)] = new NamespaceReading(inode, [new WorkloadLink(10_000_000, "vbr-weir", "veth", [2, 0, 0, 0, 0, 9], true, [])]);

        public void Delete(string name) => _namespaces.Remove(PathOf(name));

        public IReadOnlyList<string> ListNamed()
            => [.. _namespaces.Keys.Where(p => p.StartsWith("/run/netns/", StringComparison.Ordinal)).Select(p => p["/run/netns/".Length..])];

        public NamespaceReading? Read(string path) => _namespaces.GetValueOrDefault(path);

        private static string PathOf(string name) => name.Contains('/', StringComparison.Ordinal) ? name : $"/run/netns/{name}";
    }
}
