using System.Runtime.InteropServices;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;
using Weir.Testing;

namespace Weir.Vm.Tests;

public class MachineTests
{
    [Fact]
    public void The_kernel_inside_is_debians()
    {
        VirtualMachine.Require();

        Assert.Contains("Debian", RuntimeInformation.OSDescription + File.ReadAllText("/proc/version"), StringComparison.Ordinal);
    }

    /// <summary>The pattern of all tests here: a namespace, Weir's objects, the tool that reads them.</summary>
    [Fact]
    public void A_link_that_weir_makes_is_seen_by_ip_inside()
    {
        VirtualMachine.Require("veth");
        using TestNamespace host = new();
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(host.Name);
        using RouteSocket socket = RouteSocket.Open(ns);

        socket.Links.AddVeth(new VethEnd { Name = "v0" }, new VethEnd { Name = "v1" });

        Assert.Contains("v0@v1", host.Ip("-brief link").Output, StringComparison.Ordinal);
    }
}
