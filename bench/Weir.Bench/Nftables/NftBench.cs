using System.Globalization;
using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Testing;

namespace Weir.Bench.Nftables;

/// <summary>
/// Rules and set elements in one batch, from the first byte written to all answers read, in process; the listing of the same; and <c>nft -f</c>
/// as a whole process with the same content. Each round has a namespace of its own, and the two take turns.
/// </summary>
internal static class NftBench
{
    private const int Warm = 2;

    private sealed record Case(string Name, int Objects, Action<NftBatch> Fill, Func<NftSocket, int> List, string Script);

    private sealed record Sample(double Commit, double List, double Nft, double AllocatedByAdding, double AllocatedByListing);

    /// <param name="arguments">Rounds (7).</param>
    public static int Run(string[] arguments)
    {
        int rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 7;
        if (!Environment.IsPrivilegedProcess || Tool.Find("nft") is null)
        {
            Console.Error.WriteLine("nftables: needs root and nft (sudo ./dev bench nftables)");
            return 3;
        }

        Console.WriteLine($"nf_tables, one batch, medians of {rounds} rounds");
        foreach (Case what in (Case[])[Rules(46), Rules(10_000), Elements(100_000)])
        {
            List<Sample> samples = [];
            for (int round = 0; round < rounds + Warm; round++)
            {
                Sample sample = Measure(what);
                if (round >= Warm)
                    samples.Add(sample);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{what.Name,-18} batch {Median(samples, sample => sample.Commit),8:0.00} ms, {Median(samples, sample => sample.AllocatedByAdding),5:0} bytes allocated per object; listed in {Median(samples, sample => sample.List),7:0.00} ms, {Median(samples, sample => sample.AllocatedByListing),5:0} bytes per object; nft -f, whole process {Median(samples, sample => sample.Nft),8:0.00} ms"));
        }

        return 0;
    }

    private static Sample Measure(Case what)
    {
        using TestNamespace ours = new(), theirs = new();
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(ours.Name);
        using NftSocket socket = NftSocket.Open(ns);
        using NftBatch batch = new();

        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = TimeProvider.System.GetTimestamp();
        what.Fill(batch);
        socket.Commit(batch, socket.Generation());
        double commit = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        double adding = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)what.Objects;

        allocated = GC.GetAllocatedBytesForCurrentThread();
        start = TimeProvider.System.GetTimestamp();
        if (what.List(socket) != what.Objects)
            throw new InvalidOperationException($"{what.Name}: not all are there");
        double list = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        double listing = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)what.Objects;

        string file = Path.GetTempFileName();
        File.WriteAllText(file, what.Script);
        start = TimeProvider.System.GetTimestamp();
        Tool.Run("ip", "netns", "exec", theirs.Name, "nft", "-f", file);
        double nft = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        File.Delete(file);
        return new Sample(commit, list, nft, adding, listing);
    }

    private static Case Rules(int count)
    {
        NftTable table = new() { Family = NftFamily.Ip, Name = "t" };
        NftChain chain = new() { Family = NftFamily.Ip, Table = "t", Name = "c", Hook = new NftHook(0, 0), Type = "filter", Policy = NftPolicy.Accept };
        NftRule rule = new()
        {
            Family = NftFamily.Ip,
            Table = "t",
            Chain = "c",
            Expressions =
            [
                new MetaExpression(MetaKey.NFT_META_L4PROTO),
                new CmpExpression(CmpOperation.NFT_CMP_EQ, NftValue.UInt8(6)),
                new PayloadExpression(PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2),
                new CmpExpression(CmpOperation.NFT_CMP_EQ, NftValue.NetworkUInt16(80)),
                new CounterExpression(),
                ImmediateExpression.Verdict(NftVerdict.Accept),
            ],
        };
        return new Case(
            $"{count} rules",
            count,
            batch =>
            {
                batch.Add(table);
                batch.Add(chain);
                for (int i = 0; i < count; i++)
                    batch.Add(rule);
            },
            socket => socket.ListRules().Count,
            $"table ip t {{\nchain c {{\ntype filter hook prerouting priority 0; policy accept;\n{string.Concat(Enumerable.Repeat("tcp dport 80 counter accept\n", count))}}}\n}}\n");
    }

    private static Case Elements(int count)
    {
        NftTable table = new() { Family = NftFamily.Ip, Name = "t" };
        NftSet set = new() { Family = NftFamily.Ip, Table = "t", Name = "s", KeyType = 7, KeyLength = 4 };
        NftElement[] elements = [.. Enumerable.Range(0, count).Select(i => new NftElement { Key = NftValue.NetworkUInt32(0x0a000000 + (uint)i) })];
        IEnumerable<string> addresses = Enumerable.Range(0, count).Select(i => $"10.{i >> 16}.{i >> 8 & 255}.{i & 255}");
        return new Case(
            $"{count} elements",
            count,
            batch =>
            {
                batch.Add(table);
                batch.Add(set);
                batch.AddElements(set, elements);
            },
            socket => socket.ListElements(set).Count,
            $"table ip t {{\nset s {{\ntype ipv4_addr;\nelements = {{ {string.Join(", ", addresses)} }}\n}}\n}}\n");
    }

    private static double Median(List<Sample> samples, Func<Sample, double> value) => samples.Select(value).Order().ElementAt(samples.Count / 2);
}
