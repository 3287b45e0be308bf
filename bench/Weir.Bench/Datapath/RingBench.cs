using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Weir.Enforcer;
using Weir.Linux;
using Weir.Linux.Rings;

namespace Weir.Bench.Datapath;

/// <summary>
/// Frames through user space and back, at a fixed rate, with the time that each took. Two reflectors take turns at the far end of a veth pair:
/// the enforcer over its ring, and, as the floor of the harness, u32 with mirred in the kernel.
/// <code>
/// generator, counter ── vbr ══ vth ── reflector
/// </code>
/// </summary>
internal static class RingBench
{
    private const int Flows = 16;
    private const int StampOffset = 42;
    private const int Burst = 32;

    public static int Run(string[] arguments)
    {
        double seconds = arguments.Length > 0 ? double.Parse(arguments[0], CultureInfo.InvariantCulture) : 2;
        string name = $"weir-bench-{Environment.ProcessId}";
        Command("ip", $"netns add {name}");
        try
        {
            Command("ip", $"-n {name} link add vbr mtu 65535 type veth peer name vth mtu 65535");
            foreach (string link in new[] { "vbr", "vth" })
            {
                Command("ip", $"netns exec {name} sysctl -qw net.ipv6.conf.{link}.disable_ipv6=1");
                Command("ip", $"-n {name} link set {link} up arp off");
            }
            Command("ip", $"netns exec {name} tc qdisc add dev vbr clsact");
            Command("ip", $"netns exec {name} tc qdisc add dev vth clsact");
            Drop(name, "vbr");
            using NetworkNamespace ns = NetworkNamespace.OpenNamed(name);
            Console.WriteLine("reflector  offered/s   returned/s   returned   median µs     p99 µs   ring drops   loop CPU ns/frame");
            foreach (int rate in new[] { 1_000, 20_000, 100_000, 200_000, 300_000, 400_000, 450_000, 500_000, 2_000_000 })
            {
                Reflect(name, on: true);
                Measure(ns, "kernel", rate, seconds, () => 0);
                Reflect(name, on: false);
                Drop(name, "vth");
                using (var enforcer = new Weir.Enforcer.Enforcer(new EnforcerOptions()))
                {
                    long beats = 0;
                    enforcer.AddPort(new EnforcerPort(BenchFrame.PortId, "api", "eth0", [2, 0, 0, 0, 0, 1]));
                    enforcer.SetPolicy(BenchFrame.Policy());
                    enforcer.StartInline(PacketRing.Open(ns, "vth", PacketRingOptions.Pipe), () => Volatile.Write(ref beats, beats + 1), null);
                    Measure(ns, "enforcer", rate, seconds, () => (long)enforcer.Counters.RingDrops);
                }
                Reflect(name, on: false);
            }
        }
        finally
        {
            Command("ip", $"netns delete {name}");
        }
        return 0;
    }

    private static void Measure(NetworkNamespace ns, string reflector, int rate, double seconds, Func<long> readDrops)
    {
        using PacketRing counter = PacketRing.Open(ns, "vbr", new PacketRingOptions { IgnoreOutgoing = true, Slots = 65_536, SlotBytes = 512, Spin = TimeSpan.Zero });
        byte[][] frames = [.. Enumerable.Range(0, Flows).Select(i => BenchFrame.Udp(0x0A09_0001, (ushort)(5000 + i)))];
        var latencies = new List<double>(1 << 22);
        // Warm: the sessions are made and the code is compiled.
        Exchange(counter, frames, 20_000, 1, latencies, out _);
        latencies.Clear();
        long drops = readDrops();
        long loopTime = ThreadTime("weir-pipe");
        double sent = Exchange(counter, frames, rate, seconds, latencies, out double elapsed);
        latencies.Sort();
        double At(double part) => latencies.Count == 0 ? double.NaN : latencies[(int)((latencies.Count - 1) * part)];
        Console.WriteLine(
            $"{reflector,-9} {sent / elapsed,10:0} {latencies.Count / elapsed,12:0} {100.0 * latencies.Count / sent,9:0.000} % {At(0.5),10:0.0} {At(0.99),10:0.0} {readDrops() - drops,12} {(loopTime == 0 ? 0 : (ThreadTime("weir-pipe") - loopTime) / sent),10:0}");
    }

    private static double Exchange(PacketRing counter, byte[][] frames, int rate, double seconds, List<double> latencies, out double elapsed)
    {
        long start = TimeProvider.System.GetTimestamp();
        long sent = 0;
        while (true)
        {
            elapsed = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            if (elapsed >= seconds)
                break;
            long due = Math.Min((long)(elapsed * rate) - sent, Burst);
            for (long i = 0; i < due; i++)
            {
                byte[] frame = frames[sent++ % frames.Length];
                BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(StampOffset), TimeProvider.System.GetTimestamp());
                counter.Send(frame);
            }
            counter.Release();
            Count(counter, latencies);
        }
        // What is still on its way.
        for (int quiet = 0; quiet < 3;)
            quiet = counter.Receive(TimeSpan.FromMilliseconds(100)) == 0 ? quiet + 1 : Note(counter, latencies, 0);
        return sent;
    }

    private static void Count(PacketRing counter, List<double> latencies)
    {
        while (counter.Receive(TimeSpan.Zero) is > 0 and int count)
        {
            Note(counter, latencies, 0, count);
            if (count < PacketRing.BatchSize)
                break;
        }
    }

    private static int Note(PacketRing counter, List<double> latencies, int result, int count = -1)
    {
        long now = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < (count < 0 ? counter.Received : count); i++)
            latencies.Add((now - BinaryPrimitives.ReadInt64LittleEndian(counter.FrameAt(i)[StampOffset..])) / 1000.0);
        counter.Release();
        return result;
    }

    /// <summary>CPU time of a thread of this process, ns (proc(5), schedstat); 0: no such thread.</summary>
    private static long ThreadTime(string name) => Directory.EnumerateDirectories("/proc/self/task")
        .Where(task => File.ReadAllText($"{task}/comm").Trim() == name)
        .Sum(task => long.Parse(File.ReadAllText($"{task}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture));

    private static void Reflect(string ns, bool on)
    {
        Command("ip", $"netns exec {ns} tc filter del dev vth ingress", mayFail: true);
        if (on)
            Command("ip", $"netns exec {ns} tc filter add dev vth ingress protocol all pref 1 u32 match u8 0 0 action mirred egress redirect dev vth");
    }

    /// <summary>What arrives goes to the socket's ring and then nowhere: redirected to the loopback, which is down.</summary>
    private static void Drop(string ns, string link) =>
        Command("ip", $"netns exec {ns} tc filter replace dev {link} ingress protocol all pref 1 u32 match u8 0 0 action mirred egress redirect dev lo");

    private static void Command(string program, string line, bool mayFail = false)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, line) { RedirectStandardError = true, UseShellExecute = false })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0 && !mayFail)
            throw new InvalidOperationException($"{program} {line}: {error}");
    }
}
