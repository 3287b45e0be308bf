using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>Puts what tc has printed into the order in which it can be made: a qdisc, its classes, what hangs on them, filters; hash tables before their rules.</summary>
internal static class TcListing
{
    /// <summary>Without what the kernel makes by itself: default qdiscs, classifiers, the first table of a preference.</summary>
    internal static IReadOnlyList<TcShown> Order(IEnumerable<TcShown> shown)
    {
        List<TcShown> waiting = [.. shown.Where(entry => entry.Object is TcQdisc { Handle: not 0 } or TcClass { Htb: not null })];
        List<TcShown> ordered = [];
        HashSet<(string?, uint)> there = [];
        for (var found = true; found;)
        {
            found = false;
            foreach (var entry in waiting.ToArray())
            {
                var (handle, parent) = entry.Object is TcQdisc qdisc ? (qdisc.Handle, qdisc.Parent) : (((TcClass)entry.Object).Handle, ((TcClass)entry.Object).Parent);
                var isReady = entry.Object is TcClass { Parent: TcHandle.Root } ? there.Contains((entry.Object.Device, handle & 0xffff0000))
                    : parent is TcHandle.Root or TcHandle.IngressQdisc || there.Contains((entry.Object.Device, parent));
                if (!isReady)
                    continue;
                there.Add((entry.Object.Device, handle));
                ordered.Add(entry);
                waiting.Remove(entry);
                found = true;
            }
        }

        // The rest hangs on what is not in the text; the kernel says whether it is there.
        ordered.AddRange(waiting);
        ordered.AddRange(Filters([.. shown.Where(entry => entry.Object is TcFilter)]));
        return ordered;
    }

    private static IEnumerable<TcShown> Filters(IReadOnlyList<TcShown> shown)
    {
        var groups = shown.GroupBy(entry => (entry.Object.Device, ((TcFilter)entry.Object).Parent, ((TcFilter)entry.Object).Preference, ((TcFilter)entry.Object).Chain)).ToArray();
        // Tables are numbered as preferences are made: made in that order, they get the numbers that the text has.
        foreach (var group in groups.OrderBy(FirstTable))
        {
            var root = FirstTable(group);
            foreach (var entry in group.OrderBy(entry => ((TcFilter)entry.Object).Classifier is TcU32 { Divisor: not 0 } ? 0 : 1))
            {
                var filter = (TcFilter)entry.Object;
                if (filter.Handle == 0 || (filter.Classifier is TcU32 { Divisor: not 0 } && filter.Handle >> 20 == root))
                    continue;
                yield return filter.Classifier is TcU32 { Divisor: 0 } u32 ? entry with { Object = Rule(filter, u32, root) } : entry;
            }
        }
    }

    /// <summary>The number of the table that the preference began with: the last one listed, since each new one stands before the older.</summary>
    private static uint FirstTable(IEnumerable<TcShown> group)
    {
        var filters = group.Select(entry => (TcFilter)entry.Object).Where(filter => filter.Classifier is TcU32).ToArray();
        return filters.LastOrDefault(filter => filter.Classifier is TcU32 { Divisor: not 0 }) is { } table ? table.Handle >> 20
            : filters.Select(filter => filter.Handle >> 20).FirstOrDefault(number => number >= 0x800);
    }

    /// <summary>Of the preference's own table only the node's number can be asked for: the table's is the kernel's.</summary>
    private static TcFilter Rule(TcFilter filter, TcU32 u32, uint root) => u32.HashTable >> 20 == root
        ? filter with { Handle = filter.Handle & 0xfff, Classifier = u32 with { HashTable = 0 } }
        : filter with { Handle = filter.Handle & 0xfff };
}
