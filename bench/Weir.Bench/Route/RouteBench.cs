using System.Globalization;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;
using Weir.Testing;

namespace Weir.Bench.Route;

/// <summary>
/// A thousand objects added, and listed: Weir, vishvananda/netlink and pyroute2 in process, ip (and weir, where it reads such a text) as whole
/// processes. Each in a namespace of its own, in turns, another one first in each round.
/// </summary>
internal static class RouteBench
{
    private const int Warm = 2;
    private const string Ip = "ip, whole process";

    /// <param name="kind">What.</param>
    /// <param name="arguments">Rounds (7).</param>
    internal static int Run(ObjectKind kind, string[] arguments)
    {
        int rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 7;
        if (!Environment.IsPrivilegedProcess || Tool.Find("ip") is null)
        {
            Console.Error.WriteLine($"{kind.Name}: needs root and ip (sudo ./dev bench {kind.Name})");
            return 3;
        }

        Measurements added = new(), listed = new();
        List<Action<TestNamespace>> contenders =
        [
            ns => Batch(ns, kind, added, listed),
            ns => OneByOne(ns, kind, added),
            ns => ByIp(ns, kind, added, listed),
            .. Peer.Find().Select(peer => (Action<TestNamespace>)(ns =>
            {
                added.Add(peer.Name, peer.Run(ns, kind, "add"));
                listed.Add(peer.Name, peer.Run(ns, kind, "list"));
            })),
        ];
        if (kind.WeirText is not null && WholeProcess.Weir is not null)
            contenders.Add(ns => ByWeir(ns, kind, added));

        for (int round = 0; round < Warm; round++)
        {
            using FreshNamespace batch = new(), single = new();
            Batch(batch.Namespace, kind, new Measurements(), new Measurements());
            OneByOne(single.Namespace, kind, new Measurements());
        }

        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Count; i++)
            {
                using FreshNamespace ns = new();
                contenders[(i + round) % contenders.Count](ns.Namespace);
            }
        }

        Console.WriteLine($"{rounds} rounds, fresh namespaces, in turns");
        added.Print($"{kind.Added} added", Ip);
        listed.Print($"{kind.Listed} listed", Ip);
        return 0;
    }

    private static void Batch(TestNamespace ns, ObjectKind kind, Measurements added, Measurements listed)
    {
        using RouteSocket socket = Open(ns);
        added.Add("Weir, one batch", Sample.Of(ObjectKind.Count, () =>
        {
            RouteBatch batch = socket.Batch();
            kind.Add(batch);
            if (batch.Send().Count > 0)
                throw new InvalidOperationException("the kernel refused some");
        }));
        listed.Add("Weir, objects", Sample.Of(kind.ListCount, () => Require(kind, kind.List(socket))));
        if (kind.Visit is { } visit)
            listed.Add("Weir, visited in place", Sample.Of(kind.ListCount, () => Require(kind, visit(socket))));
    }

    private static void OneByOne(TestNamespace ns, ObjectKind kind, Measurements added)
    {
        using RouteSocket socket = Open(ns);
        added.Add("Weir, one request at a time", Sample.Of(ObjectKind.Count, () => kind.AddOneByOne(socket)));
        Require(kind, kind.List(socket));
    }

    private static void ByIp(TestNamespace ns, ObjectKind kind, Measurements added, Measurements listed)
    {
        added.Add(Ip, WithFile(kind.IpBatch, file => WholeProcess.Run(ns, $"ip -batch {file}")));
        listed.Add(Ip, WholeProcess.Run(ns, kind.IpList));
    }

    private static void ByWeir(TestNamespace ns, ObjectKind kind, Measurements added)
    {
        added.Add("weir rules load, whole process", WithFile(kind.WeirText!, file => WholeProcess.Run(ns, $"{WholeProcess.Weir} rules load --as ip {file}")));
        using RouteSocket socket = Open(ns);
        Require(kind, kind.List(socket));
    }

    private static RouteSocket Open(TestNamespace ns)
    {
        using NetworkNamespace opened = NetworkNamespace.OpenNamed(ns.Name);
        return RouteSocket.Open(opened);
    }

    private static Sample WithFile(string text, Func<string, Sample> use)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        Sample sample = use(file);
        File.Delete(file);
        return sample;
    }

    private static void Require(ObjectKind kind, int count)
    {
        if (count != kind.ListCount)
            throw new InvalidOperationException($"{count} {kind.Name} are there, not {kind.ListCount}");
    }
}
