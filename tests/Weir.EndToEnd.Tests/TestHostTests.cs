using Weir.EndToEnd.Tests.Programs;
using Weir.Testing;

namespace Weir.EndToEnd.Tests;

/// <summary>The ground on which the other tests stand.</summary>
public class TestHostTests
{
    [Fact]
    public void Workloads_of_a_test_host_reach_each_other_by_both_protocols_and_leave_nothing_behind()
    {
        RootTier.Require("ip", "ping");
        List<string> names;
        using (TestHost host = new(workloadCount: 2))
        {
            names = [host.Network.Name, .. host.Workloads.Select(workload => workload.Name)];
            Assert.Equal(0, host[0].Namespace.Run("ping", "-c1", "-W2", host[1].Address4).ExitCode);
            Assert.Equal(0, host[0].Namespace.Run("ping", "-c1", "-W2", host[1].Address6).ExitCode);
        }

        Assert.All(names, name => Assert.False(File.Exists($"/run/netns/{name}"), name));
    }

    [Fact]
    public void All_programs_work_without_weir()
    {
        Servers.Require();
        using ScratchFolder folder = new();
        using TestHost host = new(workloadCount: 2);
        Servers servers = new Servers(host[1], folder).All();
        Clients clients = new(host[0]);
        clients.UseEverything(host[1].Address4, servers);
        clients.UseEverything(host[1].Address6, servers);
        Assert.True(clients.CanConnect(host[1].Address4, 80));
        Assert.False(clients.CanConnect(host[1].Address4, 81));
    }
}
