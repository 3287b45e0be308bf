using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Netlink;
using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Actions;
using Weir.Netlink.TrafficControl.Classifiers;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>A change of filters, and its inverse.</summary>
internal static class FilterStep
{
    internal static Action<RouteSocket> Apply(RouteSocket socket, TcVerb verb, Filter filter)
    {
        var before = socket.Filters.List(filter.LinkIndex, filter.Parent);
        if (verb == TcVerb.Delete)
        {
            var gone = before.Where(other => Covers(filter, other)).ToArray();
            var again = Remember(gone);
            if (filter.Preference == 0)
                socket.Filters.Delete(filter.LinkIndex, filter.Parent, 0, chain: filter.Chain);
            else
                socket.Filters.Delete(filter);
            return undo => again.ForEach(step => step(undo));
        }

        var same = before.FirstOrDefault(other => other.Handle != 0 && other.Handle == filter.Handle && IsSamePlace(filter, other));
        var back = verb != TcVerb.Add && same is not null ? Remember([same]) : [];
        try
        {
            Send(socket, verb, filter);
        }
        catch (NetlinkException)
        {
            // The kernel leaves the new preference behind when it is u32's, with its empty table.
            foreach (var instance in socket.Filters.List(filter.LinkIndex, filter.Parent).Where(other => other.Handle == 0 && !before.Any(known => IsSame(known, other))))
                socket.Filters.Delete(instance);
            throw;
        }

        var made = socket.Filters.List(filter.LinkIndex, filter.Parent).Where(other => !before.Any(known => IsSame(known, other))).ToArray();
        return undo =>
        {
            // A preference that was not there goes whole, with what the kernel made for it.
            var there = undo.Filters.List(filter.LinkIndex, filter.Parent);
            foreach (var instance in made.Where(other => other.Handle == 0 && there.Any(known => IsSame(known, other))))
                undo.Filters.Delete(instance);
            foreach (var rule in made.Where(other => other.Handle != 0 && !Array.Exists(made, instance => instance.Handle == 0 && IsSamePlace(instance, other))).Reverse())
                undo.Filters.Delete(Now(undo, rule));
            if (same is not null && verb != TcVerb.Add)
            {
                undo.Filters.Delete(Now(undo, same));
                back.ForEach(step => step(undo));
            }
        };
    }

    private static void Send(RouteSocket socket, TcVerb verb, Filter filter)
    {
        switch (verb)
        {
            case TcVerb.Add:
                socket.Filters.Add(filter);
                break;
            case TcVerb.Replace:
                socket.Filters.Replace(filter);
                break;
            default:
                socket.Filters.Change(filter);
                break;
        }
    }

    /// <summary>How to make filters of a list again, in its order, hash tables first.</summary>
    internal static List<Action<RouteSocket>> Remember(IReadOnlyList<Filter> filters)
    {
        List<Action<RouteSocket>> steps = [];
        foreach (var group in filters.GroupBy(filter => (filter.Preference, filter.Protocol, filter.Chain)))
        {
            // Each new table stands before the older: the last is the preference's own, which the kernel makes by itself.
            var root = group.LastOrDefault(filter => filter.Classifier is U32Classifier { Divisor: not 0 })?.Handle >> 20;
            foreach (var filter in group.Where(filter => filter.Handle != 0).OrderBy(filter => filter.Classifier is U32Classifier { Divisor: not 0 } ? 0 : 1))
            {
                if (filter.Classifier is U32Classifier { Divisor: not 0 } && filter.Handle >> 20 == root)
                    continue;
                steps.Add(One(filter, root));
            }
        }

        return steps;
    }

    /// <summary>A rule of u32 under the handle that it has now: a preference that was deleted and made again has another table.</summary>
    private static Filter Now(RouteSocket socket, Filter filter)
    {
        const uint bucketAndNode = 0xfffff;
        var there = socket.Filters.List(filter.LinkIndex, filter.Parent).Where(other => IsSamePlace(filter, other) && other.Handle != 0).ToArray();
        return Array.Find(there, other => other.Handle == filter.Handle)
            ?? Array.Find(there, other => filter.Classifier is U32Classifier && (other.Handle & bucketAndNode) == (filter.Handle & bucketAndNode)) ?? filter;
    }

    private static Action<RouteSocket> One(Filter filter, uint? root)
    {
        switch (filter.Classifier)
        {
            case UnknownClassifier or FlowerClassifier { UnknownKeys.Count: > 0 } or FwClassifier { Unknown.Count: > 0 } or BasicClassifier { Unknown.Count: > 0 } or U32Classifier { Police.Length: > 0 }:
                throw CannotBeMade(filter);
            case U32Classifier { Divisor: 0 } u32:
                filter = filter with { Handle = filter.Handle & 0xfff, Classifier = u32.HashTable >> 20 == root ? u32 with { HashTable = 0 } : u32 };
                break;
            case BpfClassifier bpf:
                return again =>
                {
                    using var program = BpfProgram.OpenById(bpf.ProgramId);
                    again.Filters.Add(filter with { Classifier = bpf with { ProgramDescriptor = program.Descriptor } });
                };
        }

        if (filter.Actions.OfType<UnknownAction>().Any())
            throw CannotBeMade(filter);
        var offload = filter.Classifier.Offload & (OffloadFlags.SkipHardware | OffloadFlags.SkipSoftware);
        var made = filter with { Classifier = filter.Classifier with { Offload = offload }, Actions = [.. filter.Actions.Select(action => action.AsRequested())] };
        return again => again.Filters.Add(made);
    }

    private static NetlinkException CannotBeMade(Filter filter) => new(
        $"change filter {filter.Kind} {filter.Preference} of link {filter.LinkIndex}", (int)Errno.EOPNOTSUPP, "it could not be made again if a later line were refused; delete it first");

    private static bool IsSamePlace(Filter a, Filter b) => (a.Preference, a.Protocol, a.Chain, a.Kind) == (b.Preference, b.Protocol, b.Chain, b.Kind);

    private static bool IsSame(Filter a, Filter b) => IsSamePlace(a, b) && a.Handle == b.Handle;

    /// <summary>What a delete takes away: the chain, the preference, or one of a handle.</summary>
    private static bool Covers(Filter deleted, Filter other) => deleted.Chain == other.Chain
        && (deleted.Preference == 0 || (deleted.Preference == other.Preference && (deleted.Handle == 0 || deleted.Handle == other.Handle)));
}
