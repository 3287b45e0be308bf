using System.Globalization;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Cli.Demo;

/// <summary>What the demo needs of the host, tried for real in a namespace that is gone afterwards; all that is lacking at once.</summary>
internal static class Preconditions
{
    private const int CAP_NET_ADMIN = 12;
    private const int CAP_NET_RAW = 13;
    private const int CAP_SYS_ADMIN = 21;
    private const uint Ingress = 0xfffffff2;

    /// <summary>What is lacking, a sentence each, with how to get it; empty: nothing.</summary>
    public static IReadOnlyList<string> Check(int pid)
    {
        if (!OperatingSystem.IsLinux())
            return ["this is not Linux: weir works with Linux' network namespaces"];
        if (!Environment.IsPrivilegedProcess)
            return ["not root: the demo makes network namespaces of its own (sudo ./weir demo)"];

        var capabilities = Capabilities();
        string[] missing =
        [
            .. Missing(capabilities, CAP_NET_ADMIN, "CAP_NET_ADMIN"),
            .. Missing(capabilities, CAP_NET_RAW, "CAP_NET_RAW"),
            .. Missing(capabilities, CAP_SYS_ADMIN, "CAP_SYS_ADMIN"),
        ];
        if (missing.Length > 0)
            return [$"root without {string.Join(", ", missing)}: in a container, start it with --privileged"];

        var name = $"{DemoNetwork.PrefixOf(pid)}-try";
        try
        {
            NetworkNamespace.CreateNamed(name);
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
        {
            return [$"no network namespace can be made: {e.Message} (the kernel needs CONFIG_NET_NS, and /run/netns must be writable)"];
        }

        try
        {
            using var ns = NetworkNamespace.OpenNamed(name);
            return Try(ns);
        }
        finally
        {
            NetworkNamespace.DeleteNamed(name);
        }
    }

    private static List<string> Try(NetworkNamespace ns)
    {
        using var route = RouteSocket.Open(ns);
        List<string> lacking = [];
        Attempt(lacking, "bridges", "CONFIG_BRIDGE; modprobe bridge", () => route.Links.AddBridge("try0"));
        var hasVeth = Attempt(lacking, "veth pairs", "CONFIG_VETH; modprobe veth", () => route.Links.AddVeth(
            new VethEnd { Name = "try1", Index = 11 },
            new VethEnd { Name = "try2", Index = 12 }));
        Attempt(lacking, "packet sockets", "CONFIG_PACKET; modprobe af_packet", () => ns.Run(() =>
        {
            using var socket = LinuxSocket.Open(17, 3, 0);
        }));
        var hasClsact = hasVeth && Attempt(lacking, "the clsact qdisc", "CONFIG_NET_SCH_INGRESS; modprobe sch_ingress", () => route.Qdiscs.AddClsact(11));
        if (hasClsact)
        {
            Attempt(lacking, "eBPF filters", "CONFIG_BPF_SYSCALL and CONFIG_NET_CLS_BPF; modprobe cls_bpf", () =>
            {
                var pass = new BpfAssembler().Move(BpfRegister.R0, 0).Exit().Build();
                using var program = BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_try", pass);
                route.Filters.SetBpf(11, Ingress, 1, program.Descriptor, "weir_try");
            });
        }

        return lacking;
    }

    private static bool Attempt(List<string> lacking, string what, string how, Action attempt)
    {
        try
        {
            attempt();
            return true;
        }
        catch (Exception e) when (HostRefusal.Is(e) || e is SocketException)
        {
            lacking.Add($"this kernel has no {what}: {e.Message} ({how})");
            return false;
        }
    }

    private static ulong Capabilities()
    {
        const string label = "CapEff:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal));
        return line is not null && ulong.TryParse(line.AsSpan(label.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bits)
            ? bits
            : ulong.MaxValue;
    }

    private static IEnumerable<string> Missing(ulong capabilities, int bit, string name) => (capabilities >> bit & 1) == 0 ? [name] : [];
}
