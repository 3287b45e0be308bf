using System.Net.Sockets;
using Weir.Host.Formats;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;
using Weir.Netlink.Route.Kinds;
using Weir.Rules.Ip;

namespace Weir.Host.Ip;

/// <summary>Lines of <c>ip</c> that are ready to be installed: many in one send, each with its inverse.</summary>
internal sealed class IpLoad(IReadOnlyList<IpLine> lines, IpNameTables names, NetworkNamespace ns) : ILoad
{
    private readonly Stack<Action<RouteSocket>> inverses = new();
    private Dictionary<string, int> indexes = [];
    private IpSnapshot? before;

    public IReadOnlyList<string> Messages => [.. lines.Select(Describe)];

    public void Apply()
    {
        using RouteSocket socket = RouteSocket.Open(ns);
        inverses.Clear();
        before = lines.Any(line => line.Entry is LinkCommand || line.Entry!.Verb is not (IpVerb.List or IpVerb.Add)) ? new IpSnapshot(socket) : null;
        ReadIndexes(socket);
        try
        {
            HashSet<(AddressFamily, string)> present = There(socket);
            RouteBatch batch = socket.Batch();
            List<IpLine> waiting = [];
            foreach (IpLine line in lines)
            {
                if (line.Entry is { Verb: IpVerb.List } listed && KeyOf(listed) is { } key && present.Contains(key))
                    continue;
                if (line.Entry is LinkCommand command)
                {
                    Finish(batch, waiting);
                    Change(socket, line, command);
                    ReadIndexes(socket);
                    batch = socket.Batch();
                }
                else if (line.Entry is not LinkEntry)
                {
                    Add(batch, line);
                    waiting.Add(line);
                }
            }

            Finish(batch, waiting);
        }
        catch
        {
            TakeBack(socket);
            throw;
        }
    }

    public void Dispose()
    {
        // Nothing is held open between the calls.
    }

    public void Undo()
    {
        using RouteSocket socket = RouteSocket.Open(ns);
        TakeBack(socket);
    }

    /// <summary>
    /// What a listing need not add: the rules and routes that are there, as they are printed. Sent as they are listed, those that the kernel made itself
    /// would be there twice: its rules are of a protocol that is not printed, and a metric of 0 means another one when it is asked for (IPv6).
    /// </summary>
    private HashSet<(AddressFamily Family, string Text)> There(RouteSocket socket)
    {
        HashSet<(AddressFamily, string)> there = [];
        if (!lines.Any(line => line.Entry is (RuleEntry or RouteEntry) and { Verb: IpVerb.List }))
            return there;
        KernelEntries entries = new(socket);
        foreach (AddressFamily family in (ReadOnlySpan<AddressFamily>)[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            there.UnionWith(entries.Rules(family).Select(rule => KeyOf(rule)!.Value));
            there.UnionWith(entries.Routes(family).Select(route => KeyOf(route)!.Value));
        }

        return there;
    }

    private (AddressFamily Family, string Text)? KeyOf(IpEntry entry) => entry switch
    {
        RuleEntry rule => (rule.Family, RuleText.Print(rule, names)),
        RouteEntry route => (route.Family, RouteText.Print(route, names, withTable: true)),
        _ => null,
    };

    private string Describe(IpLine line)
    {
        string verb = line.Entry!.Verb == IpVerb.List ? "add if it is missing" : line.Entry.Verb.ToString().ToLowerInvariant();
        return line.Entry switch
        {
            RuleEntry rule => $"{verb} rule {RuleText.Print(rule, names).Replace('\t', ' ')}",
            RouteEntry route => $"{verb} route {RouteText.Print(route, names, withTable: true).Replace("\n\t", "", StringComparison.Ordinal).TrimEnd()}",
            AddressEntry address => $"{verb} address of {address.Device}: {AddressText.Print(address, names).Split('\n')[0].Trim()}",
            NeighborEntry neighbor => $"{verb} neighbour {NeighborText.Print(neighbor, names).TrimEnd()}",
            LinkCommand link => $"{verb} link {link.Name}{(link.Kind.Length != 0 ? $" of kind {link.Kind}" : "")}",
            LinkEntry link => $"nothing: link {link.Name} is there",
            _ => line.Verbatim ?? "",
        };
    }

    private void Add(RouteBatch batch, IpLine line)
    {
        switch (line.Entry)
        {
            case RuleEntry { Verb: IpVerb.Delete } rule: batch.Delete(EntryObjects.Of(rule), line); break;
            case RuleEntry rule: batch.Add(EntryObjects.Of(rule), line); break;
            case RouteEntry route: Add(batch, EntryObjects.Of(route, Index), route.Verb, line); break;
            case AddressEntry address: Add(batch, EntryObjects.Of(address, Index), address.Verb, line); break;
            case NeighborEntry neighbor: Add(batch, EntryObjects.Of(neighbor, Index), neighbor.Verb, line); break;
        }
    }

    private static void Add(RouteBatch batch, IpRoute route, IpVerb verb, IpLine line)
    {
        switch (verb)
        {
            // In their order behind one another, as they are listed; an equal one is refused all the same. IPv6 has no order, and appending there means another leg.
            case IpVerb.List when route.Family == AddressFamily.InterNetwork: batch.Append(route, line); break;
            case IpVerb.List or IpVerb.Prepend: batch.Prepend(route, line); break;
            case IpVerb.Replace: batch.Replace(route, line); break;
            case IpVerb.Change: batch.Change(route, line); break;
            case IpVerb.Append: batch.Append(route, line); break;
            case IpVerb.Delete: batch.Delete(route, line); break;
            default: batch.Add(route, line); break;
        }
    }

    private static void Add(RouteBatch batch, LinkAddress address, IpVerb verb, IpLine line)
    {
        switch (verb)
        {
            case IpVerb.Replace: batch.Replace(address, line); break;
            case IpVerb.Change: batch.Change(address, line); break;
            case IpVerb.Delete: batch.Delete(address, line); break;
            default: batch.Add(address, line); break;
        }
    }

    private static void Add(RouteBatch batch, Neighbor neighbor, IpVerb verb, IpLine line)
    {
        switch (verb)
        {
            case IpVerb.Replace: batch.Replace(neighbor, line); break;
            case IpVerb.Change: batch.Change(neighbor, line); break;
            case IpVerb.Delete: batch.Delete(neighbor, line); break;
            default: batch.Add(neighbor, line); break;
        }
    }

    /// <summary>Sends what waits, remembers how to take back what was done, and throws for the first line that was refused.</summary>
    private void Finish(RouteBatch batch, List<IpLine> waiting)
    {
        IReadOnlyList<RouteRefusal> refusals = batch.Send();
        HashSet<object> notDone = [.. refusals.Select(refusal => refusal.Tag!)];
        foreach (IpLine line in waiting.Where(line => !notDone.Contains(line)))
            inverses.Push(Inverse(line));
        waiting.Clear();
        foreach (RouteRefusal refusal in refusals)
        {
            IpLine line = (IpLine)refusal.Tag!;
            if (line.Entry!.Verb != IpVerb.List || refusal.Exception.Errno != (int)Errno.EEXIST)
                throw Refused(line, refusal.Exception);
        }
    }

    private Action<RouteSocket> Inverse(IpLine line)
    {
        switch (line.Entry)
        {
            case RuleEntry rule:
                RoutingRule made = EntryObjects.Of(rule);
                if (rule.Verb != IpVerb.Delete)
                    return socket => socket.Rules.Delete(made);
                RoutingRule? gone = before?.Find(made);
                return socket => IpSnapshot.Restore(gone, socket.Rules.Add);
            case RouteEntry route:
                IpRoute way = EntryObjects.Of(route, Index);
                IpRoute? earlier = route.Verb is IpVerb.Replace or IpVerb.Change or IpVerb.Delete ? before?.Find(way) : null;
                if (route.Verb == IpVerb.Delete)
                    return socket => IpSnapshot.Restore(earlier, socket.Routes.Append);
                return earlier is null ? socket => socket.Routes.Delete(way) : socket => socket.Routes.Replace(earlier);
            case AddressEntry address:
                LinkAddress own = EntryObjects.Of(address, Index);
                LinkAddress? old = address.Verb is IpVerb.Replace or IpVerb.Change or IpVerb.Delete ? before?.Find(own) : null;
                if (address.Verb == IpVerb.Delete)
                    return socket => IpSnapshot.Restore(old, socket.Addresses.Add);
                return old is null ? socket => socket.Addresses.Delete(own) : socket => socket.Addresses.Replace(old);
            case NeighborEntry neighbor:
                Neighbor entry = EntryObjects.Of(neighbor, Index);
                Neighbor? known = neighbor.Verb is IpVerb.Replace or IpVerb.Change or IpVerb.Delete ? before?.Find(entry) : null;
                if (neighbor.Verb == IpVerb.Delete)
                    return socket => IpSnapshot.Restore(known, socket.Neighbors.Set);
                return known is null ? socket => socket.Neighbors.Delete(entry) : socket => socket.Neighbors.Set(known);
            default:
                return _ => { };
        }
    }

    private void Change(RouteSocket socket, IpLine line, LinkCommand command)
    {
        try
        {
            switch (command.Verb)
            {
                case IpVerb.Add:
                    using (NetworkNamespace? there = Namespace(command.Namespace))
                    using (NetworkNamespace? peer = Namespace(command.Peer?.Namespace ?? ""))
                        socket.Links.Add(New(command, there, peer));
                    inverses.Push(again => again.Links.Delete(again.Links.Get(command.Name)?.Index ?? 0));
                    break;
                case IpVerb.Delete:
                    socket.Links.Delete(Index(command.Name));
                    inverses.Push(_ => throw new NetlinkException($"bring link {command.Name} back", (int)Errno.EOPNOTSUPP, "a link that was deleted can't be made again as it was"));
                    break;
                default:
                    Set(socket, command);
                    break;
            }
        }
        catch (Exception exception) when (exception is NetlinkException or LinuxException)
        {
            throw Refused(line, exception);
        }
    }

    private void Set(RouteSocket socket, LinkCommand command)
    {
        int index = Index(command.Name);
        Link old = socket.Links.Get(index) ?? throw new NetlinkException($"change link {command.Name}", (int)Errno.ENODEV, "it is gone");
        using NetworkNamespace? there = Namespace(command.Namespace);
        LinkChange change = new()
        {
            Name = command.NewName.Length != 0 ? command.NewName : null,
            Address = command.Address,
            Broadcast = command.Broadcast,
            Mtu = command.Mtu,
            TransmitQueueLength = command.QueueLength,
            MasterIndex = command.Master is { } master ? master.Length == 0 ? 0 : Index(master) : null,
            Alias = command.Alias,
            Group = (int?)command.Group,
            Up = command.Up,
            Arp = command.Arp,
            Promiscuous = command.Promiscuous,
            Multicast = command.Multicast,
            AllMulticast = command.AllMulticast,
            Ipv6AddressGeneration = command.AddressGeneration,
            Kind = command.Kind.Length != 0 ? LinkKindWords.Parse(command, Index) : null,
            Namespace = there,
        };
        socket.Links.Change(index, change);
        if (there is not null)
        {
            inverses.Push(_ => throw new NetlinkException($"bring link {command.Name} back", (int)Errno.EOPNOTSUPP, $"it was moved to namespace {command.Namespace}"));
            return;
        }

        inverses.Push(again => again.Links.Change(index, Back(change, old)));
    }

    /// <summary>What the link was before, for each thing that was changed.</summary>
    private static LinkChange Back(LinkChange change, Link old) => new()
    {
        Name = change.Name is null ? null : old.Name,
        Address = change.Address is null ? null : old.Address,
        Broadcast = change.Broadcast is null ? null : old.Broadcast,
        Mtu = change.Mtu is null ? null : old.Mtu,
        TransmitQueueLength = change.TransmitQueueLength is null ? null : old.TransmitQueueLength,
        MasterIndex = change.MasterIndex is null ? null : old.MasterIndex,
        Alias = change.Alias is null ? null : old.Alias,
        Group = change.Group is null ? null : old.Group,
        Up = change.Up is null ? null : old.IsUp,
        Arp = change.Arp is null ? null : Has(old, LinkFlags.IFF_NOARP) == false,
        Promiscuous = change.Promiscuous is null ? null : Has(old, LinkFlags.IFF_PROMISC),
        Multicast = change.Multicast is null ? null : Has(old, LinkFlags.IFF_MULTICAST),
        AllMulticast = change.AllMulticast is null ? null : Has(old, LinkFlags.IFF_ALLMULTI),
        Ipv6AddressGeneration = change.Ipv6AddressGeneration is null ? null : old.Ipv6AddressGeneration,
        Kind = change.Kind is null ? null : old.ReadKind() is VethKind or RawKind or null ? null : old.ReadKind(),
    };

    private static bool Has(Link link, LinkFlags flag) => (link.Flags & (uint)flag) != 0;

    private NewLink New(LinkCommand command, NetworkNamespace? there, NetworkNamespace? peer) => new()
    {
        Name = command.Name,
        Index = command.Index,
        Kind = command.Kind == "veth" ? Veth(command, peer) : LinkKindWords.Parse(command, Index),
        Address = command.Address,
        Mtu = command.Mtu,
        TransmitQueueLength = command.QueueLength,
        TransmitQueues = command.TransmitQueues,
        ReceiveQueues = command.ReceiveQueues,
        ParentIndex = command.Parent.Length != 0 ? Index(command.Parent) : 0,
        MasterIndex = command.Master is { Length: > 0 } master ? Index(master) : 0,
        Group = (int?)command.Group,
        Up = command.Up == true,
        Namespace = there,
    };

    private static LinkKind Veth(LinkCommand command, NetworkNamespace? there) => command.Peer is not { } peer
        ? new PlainKind("veth")
        : new VethKind(new VethEnd
        {
            Name = peer.Name,
            Index = peer.Index,
            Address = peer.Address,
            Mtu = peer.Mtu,
            TransmitQueueLength = peer.QueueLength,
            TransmitQueues = peer.TransmitQueues,
            ReceiveQueues = peer.ReceiveQueues,
            Namespace = there,
        });

    private static NetworkNamespace? Namespace(string name)
    {
        if (name.Length == 0)
            return null;
        return int.TryParse(name, out int pid) && !NetworkNamespace.NamedExists(name) ? NetworkNamespace.OpenPid(pid) : NetworkNamespace.OpenNamed(name);
    }

    private int Index(string name) =>
        indexes.TryGetValue(name, out int index) ? index : throw new NetlinkException($"find link {name}", (int)Errno.ENODEV, $"there is no link '{name}' in {ns.Name}");

    private void ReadIndexes(RouteSocket socket)
    {
        indexes = [];
        foreach (Link link in socket.Links.List())
        {
            indexes[link.Name] = link.Index;
            foreach (string name in link.AlternativeNames)
                indexes.TryAdd(name, link.Index);
        }
    }

    /// <summary>All inverses, the last first. What is gone meanwhile needs no taking back.</summary>
    private void TakeBack(RouteSocket socket)
    {
        NetlinkException? failure = null;
        while (inverses.TryPop(out Action<RouteSocket>? inverse))
        {
            try
            {
                inverse(socket);
            }
            catch (NetlinkException exception) when (exception.Errno is (int)Errno.ENOENT or (int)Errno.ESRCH or (int)Errno.ENODEV or (int)Errno.EADDRNOTAVAIL or (int)Errno.EEXIST)
            {
                // Gone with something that was taken back before it, or back already.
            }
            catch (NetlinkException exception)
            {
                failure ??= exception;
            }
        }

        before?.RestoreRoutes(socket);
        if (failure is not null)
            throw failure;
    }

    private static RefusedLineException Refused(IpLine line, Exception exception) => new(line.Number, line.Verbatim ?? "", exception.Message, exception);
}
