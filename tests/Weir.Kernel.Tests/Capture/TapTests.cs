using System.Buffers.Binary;
using System.Net;
using Weir.Capture;
using Weir.Capture.Tap;
using Weir.Host;
using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Testing;

namespace Weir.Kernel.Tests.Capture;

public class TapTests
{
    private const int AF_PACKET = 17, SOCK_RAW = 3, ETH_P_IP_BE = 0x0008, SOL_SOCKET = 1, SO_ATTACH_BPF = 50;

    [Fact]
    public void A_tap_changes_nothing()
    {
        RootTier.Require("ip");
        using CaptureBench bench = new(1);
        IReadOnlyList<NamespaceState> before = bench.ReadAll();
        CapturedWorkload tapped = bench.Captures.Apply(bench.Captures.Plan(CaptureBench.Target(bench.Host[0]), CaptureMode.Tap));
        Assert.Equal("eth0", tapped.Ports[0].Name);
        bench.ExpectAsBefore(before);
        Assert.Empty(bench.Captures.Verify());
        bench.Captures.Release(bench.Host[0].Name);
        Assert.Empty(bench.Captures.List());
    }

    [Fact]
    public void The_filter_keeps_settled_sessions_in_the_kernel_and_counts_them()
    {
        RootTier.Require("ip", "socat");
        using CaptureBench bench = new();
        TestWorkload db = bench.Host[0], web = bench.Host[1];
        using SettledMap settled = SettledMap.Create(64);
        settled.SetGeneration(1);
        using BpfProgram filter = TapFilter.Load(settled, 9);
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(db.Namespace.Name);
        using LinuxSocket tap = LinuxSocket.Open(ns, AF_PACKET, SOCK_RAW, ETH_P_IP_BE);
        tap.SetOption(SOL_SOCKET, SO_ATTACH_BPF, filter.Descriptor);

        UInt128 from = Number(web.Address4), to = Number(db.Address4);
        Send(web, db);
        Eventually.True(TimeSpan.FromSeconds(5), () => Frames(tap) == 1, "the frame comes up");
        Assert.True(settled.Add(9, 17, from, to, 7002, 7001, 1));
        Send(web, db);
        Eventually.True(TimeSpan.FromSeconds(5), () => settled.Read(9, 17, from, to, 7002, 7001, out ulong packets, out _, out _) && packets == 1, "counted in the kernel");
        Assert.Equal(0, Frames(tap));
        settled.SetGeneration(2);
        Send(web, db);
        Eventually.True(TimeSpan.FromSeconds(5), () => Frames(tap) == 1, "the new generation comes up");
    }

    private static void Send(TestWorkload from, TestWorkload to) =>
        Tool.Try(TimeSpan.FromSeconds(20), "ip", ["netns", "exec", from.Namespace.Name, "socat", "-u", "-", $"UDP4-SENDTO:{to.Address4}:7001,sourceport=7002,reuseaddr"], "x").Check();

    /// <summary>The UDP frames for port 7001 that have come up since.</summary>
    private static int Frames(LinuxSocket tap)
    {
        int count = 0;
        var buffer = new byte[2048];
        for (int length; (length = tap.Receive(buffer, new byte[20], out _, wait: false)) >= 0;)
            count += length > 37 && buffer[23] == 17 && BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(36)) == 7001 ? 1 : 0;
        return count;
    }

    private static UInt128 Number(string address) => BinaryPrimitives.ReadUInt128BigEndian(IPAddress.Parse(address).MapToIPv6().GetAddressBytes());
}
