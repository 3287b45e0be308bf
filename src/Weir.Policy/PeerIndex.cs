using System.Collections.Frozen;
using System.Net;

namespace Weir.Policy;

/// <summary>From an address to the workload that has it and the selectors that mean it.</summary>
internal sealed class PeerIndex
{
    /// <summary>Per class of addresses, the selectors that mean all of it and are used on that side of some rule.</summary>
    private readonly List<SelectorLists> _classes = [];

    private readonly FrozenDictionary<UInt128, Entry> _known;

    /// <summary>Where, among the addresses of no known workload, the set of CIDRs that contain an address changes.</summary>
    private readonly UInt128[] _starts;

    private readonly int[] _classOfPiece;

    internal readonly record struct Entry(int Workload, int Class);

    public PeerIndex(Selector[] selectors, bool[] usedAsFrom, bool[] usedAsTo, IReadOnlyList<PolicyWorkload> workloads)
    {
        var known = new Dictionary<UInt128, int>();
        for (var i = 0; i < workloads.Count; i++)
        {
            foreach (var address in workloads[i].Addresses)
            {
                if (IPAddress.IsLoopback(address)) continue;
                known.TryAdd(PeerAddress.From(address), i);
            }
        }

        var cidrs = new CidrTree(selectors);
        var classes = new Dictionary<string, int>();
        var fixedOnes = Enumerable.Range(0, selectors.Length).Where(s => selectors[s].Kind != SelectorKind.Cidr).ToArray();
        var ofWorkload = new int[workloads.Count][];
        for (var i = 0; i < ofWorkload.Length; i++) ofWorkload[i] = [.. fixedOnes.Where(s => selectors[s].MatchesPeer(i, 0))];
        _known = known.ToFrozenDictionary(pair => pair.Key, pair => new Entry(pair.Value, ClassOf([.. ofWorkload[pair.Value], .. cidrs.Containing(pair.Key)])));

        int[] outside = [.. fixedOnes.Where(s => selectors[s].MatchesPeer(-1, 0))];
        _starts = cidrs.Starts;
        _classOfPiece = new int[_starts.Length];
        for (var i = 0; i < _starts.Length; i++) _classOfPiece[i] = ClassOf([.. outside, .. cidrs.InPiece(i)]);

        int ClassOf(int[] meant)
        {
            var lists = new SelectorLists([.. meant.Where(s => usedAsFrom[s])], [.. meant.Where(s => usedAsTo[s])]);
            var key = $"{string.Join(',', lists.From)}>{string.Join(',', lists.To)}";
            if (classes.TryGetValue(key, out var existing)) return existing;
            classes.Add(key, _classes.Count);
            _classes.Add(lists);
            return _classes.Count - 1;
        }
    }

    public Entry Find(UInt128 address)
    {
        if (_known.TryGetValue(address, out var entry)) return entry;
        var piece = Array.BinarySearch(_starts, address);
        return new Entry(-1, _classOfPiece[piece >= 0 ? piece : ~piece - 1]);
    }

    public SelectorLists ClassAt(int index) => _classes[index];
}

/// <summary>Selectors that mean one end of a session, apart by the side of the rules they are used on.</summary>
internal sealed record SelectorLists(int[] From, int[] To);

/// <summary>The CIDRs of all rules, as the pieces of the address space between their borders.</summary>
internal sealed class CidrTree
{
    private readonly List<int[]> _pieces = [];

    public CidrTree(Selector[] selectors)
    {
        var cidrs = Enumerable.Range(0, selectors.Length).Where(s => selectors[s].Kind == SelectorKind.Cidr).ToArray();
        // IPv4 lives in a piece of IPv6's space: its borders keep ::/0 out of it.
        var mapped = PeerAddress.From(IPAddress.Any);
        var borders = new SortedSet<UInt128> { 0, mapped, mapped + uint.MaxValue + 1 };
        foreach (var s in cidrs)
        {
            borders.Add(selectors[s].Cidr.First);
            if (selectors[s].Cidr.Last != UInt128.MaxValue) borders.Add(selectors[s].Cidr.Last + 1);
        }

        Starts = [.. borders];
        var byFirst = cidrs.OrderBy(s => selectors[s].Cidr.First).ToArray();
        var open = new List<int>();
        var next = 0;
        foreach (var start in Starts)
        {
            while (next < byFirst.Length && selectors[byFirst[next]].Cidr.First <= start) open.Add(byFirst[next++]);
            open.RemoveAll(s => selectors[s].Cidr.Last < start);
            _pieces.Add([.. open.Where(s => selectors[s].Cidr.Contains(start)).Order()]);
        }
    }

    public UInt128[] Starts { get; }

    public int[] InPiece(int piece) => _pieces[piece];

    public int[] Containing(UInt128 address)
    {
        var piece = Array.BinarySearch(Starts, address);
        return _pieces[piece >= 0 ? piece : ~piece - 1];
    }
}
