using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;

namespace Weir.TcpIp.Neighbors;

/// <summary>An interface's neighbors: ARP's cache and neighbor discovery's as one machine (RFC 4861 7.2, 7.3; RFC 826; RFC 1122 2.3.2).</summary>
/// <remarks>
/// Questions are the interface's business (<see cref="Solicitations"/>); here are the states, their times, and their bounds. A full table
/// forgets the entry that was used longest ago, those that still answer last (<see cref="NeighborOrder"/>).
/// </remarks>
internal sealed class NeighborTable(StackInterface owner, Func<uint> random)
{
    public const int MaxEntries = 1024;

    // RFC 4861 10.
    private const int MaxMulticastSolicit = 3;
    private const int MaxUnicastSolicit = 3;
    private static readonly TimeSpan BaseReachableTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetransTimer = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DelayFirstProbeTime = TimeSpan.FromSeconds(5);

    private readonly Dictionary<UInt128, Neighbor> _entries = [];
    private readonly NeighborOrder _order = new(MaxEntries);
    private readonly WaitingPackets _waiting = new();
    private readonly List<Neighbor> _due = [];

    public int Count => _entries.Count;

    /// <summary>Bytes of memory of all packets that wait.</summary>
    public int WaitingBytes => _waiting.Bytes;

    /// <summary>Not later than the earliest of all; may be early.</summary>
    public TimeSpan NextDeadline { get; private set; } = TimeSpan.MaxValue;

    public Neighbor? Find(UInt128 address) => _entries.GetValueOrDefault(address);

    public IEnumerable<Neighbor> All => _entries.Values;

    /// <summary>The entry to send to; a new one is asked for when the first packet waits.</summary>
    public Neighbor Get(UInt128 address, TimeSpan now)
    {
        if (_entries.TryGetValue(address, out Neighbor? neighbor))
            return neighbor;
        return Add(address, now, NeighborState.Incomplete);
    }

    /// <summary>A packet is being sent to a neighbor whose Ethernet address is known.</summary>
    public void Use(Neighbor neighbor, TimeSpan now)
    {
        if (neighbor.State == NeighborState.Stale)
            Enter(neighbor, NeighborState.Delay, now + DelayFirstProbeTime);
        else
            Used(neighbor);
    }

    /// <summary>A packet waits until the neighbor answers.</summary>
    /// <param name="neighbor">Its Ethernet address is not known.</param>
    /// <param name="frame">All of it, but for the Ethernet destination.</param>
    /// <param name="offload">What is left to do with it.</param>
    /// <param name="isForwarded">It is another host's: if the neighbor stays silent, that one is told.</param>
    /// <param name="now">The time.</param>
    public void Wait(Neighbor neighbor, ReadOnlySpan<byte> frame, in PacketOffload offload, bool isForwarded, TimeSpan now)
    {
        if (neighbor.State == NeighborState.None)
        {
            owner.Stack.Drop(IpDropReason.NeighborUnreachable);
            return;
        }

        for (int gone = _waiting.Add(neighbor, frame, offload, isForwarded); gone > 0; gone--)
            owner.Stack.Drop(IpDropReason.NeighborUnreachable);
        Used(neighbor);
        if (neighbor.Probes > 0)
            return;
        neighbor.Probes = 1;
        Solicitations.Ask(owner, neighbor, unicast: false);
        SetDeadline(neighbor, now + RetransTimer);
    }

    /// <summary>Somebody has told its own Ethernet address without being asked: an ARP request for us, a neighbor solicitation (RFC 4861 7.2.3).</summary>
    /// <param name="create">Make an entry when there is none: only for a question that is ours to answer.</param>
    public void Heard(UInt128 address, MacAddress mac, bool create, TimeSpan now)
    {
        if (!_entries.TryGetValue(address, out Neighbor? neighbor))
        {
            if (!create)
                return;
            neighbor = Add(address, now, NeighborState.Stale);
            neighbor.Mac = mac;
            return;
        }

        if (neighbor.State != NeighborState.Incomplete && neighbor.Mac == mac)
            return;
        neighbor.Mac = mac;
        Enter(neighbor, NeighborState.Stale, TimeSpan.MaxValue);
        SendWaiting(neighbor, now);
    }

    /// <summary>RFC 4861 7.2.5; an ARP reply is one that is solicited and overrides.</summary>
    /// <param name="mac">Null: the advertisement names none.</param>
    public void Advertised(UInt128 address, MacAddress? mac, bool solicited, bool overrides, bool isRouter, TimeSpan now)
    {
        if (!_entries.TryGetValue(address, out Neighbor? neighbor))
            return;
        if (neighbor.State == NeighborState.Incomplete)
        {
            if (mac is null)
                return;
            neighbor.Mac = mac.Value;
            neighbor.IsRouter = isRouter;
            if (solicited)
                Reached(neighbor, now);
            else
                Enter(neighbor, NeighborState.Stale, TimeSpan.MaxValue);
            SendWaiting(neighbor, now);
            return;
        }

        bool differs = mac is not null && mac.Value != neighbor.Mac;
        if (differs && !overrides)
        {
            if (neighbor.State == NeighborState.Reachable)
                Enter(neighbor, NeighborState.Stale, TimeSpan.MaxValue);
            return;
        }

        neighbor.Mac = mac ?? neighbor.Mac;
        neighbor.IsRouter = isRouter;
        if (solicited)
            Reached(neighbor, now);
        else if (differs)
            Enter(neighbor, NeighborState.Stale, TimeSpan.MaxValue);
    }

    /// <summary>False: there is no such entry.</summary>
    public bool Delete(UInt128 address)
    {
        if (!_entries.Remove(address, out Neighbor? neighbor))
            return false;
        Forget(neighbor, tell: false);
        return true;
    }

    public void Expire(TimeSpan now)
    {
        if (now < NextDeadline)
            return;
        NextDeadline = TimeSpan.MaxValue;
        foreach (Neighbor neighbor in _entries.Values)
        {
            if (neighbor.Deadline <= now)
                _due.Add(neighbor);
            else if (neighbor.Deadline < NextDeadline)
                NextDeadline = neighbor.Deadline;
        }

        foreach (Neighbor neighbor in _due)
        {
            // To tell of one can make an entry, and a full table forgets another one for it.
            if (neighbor.State != NeighborState.None)
                Expire(neighbor, now);
        }

        _due.Clear();
    }

    private void Expire(Neighbor neighbor, TimeSpan now)
    {
        switch (neighbor.State)
        {
            case NeighborState.Incomplete when neighbor.Probes is > 0 and < MaxMulticastSolicit:
                Ask(neighbor, unicast: false, now);
                break;
            case NeighborState.Reachable:
                Enter(neighbor, NeighborState.Stale, TimeSpan.MaxValue);
                break;
            case NeighborState.Delay:
                Enter(neighbor, NeighborState.Probe, TimeSpan.MaxValue);
                Ask(neighbor, unicast: true, now);
                break;
            case NeighborState.Probe when neighbor.Probes < MaxUnicastSolicit:
                Ask(neighbor, unicast: true, now);
                break;
            default:
                _entries.Remove(neighbor.Address);
                Forget(neighbor, tell: true);
                break;
        }
    }

    private void Ask(Neighbor neighbor, bool unicast, TimeSpan now)
    {
        neighbor.Probes++;
        Solicitations.Ask(owner, neighbor, unicast);
        SetDeadline(neighbor, now + RetransTimer);
    }

    private void Reached(Neighbor neighbor, TimeSpan now)
    {
        // RFC 4861 6.3.2: evenly between 0.5 and 1.5 of the base, so that neighbors do not probe in step.
        double factor = 0.5 + (random() / (double)uint.MaxValue);
        Enter(neighbor, NeighborState.Reachable, now + (BaseReachableTime * factor));
    }

    private void Enter(Neighbor neighbor, NeighborState state, TimeSpan deadline)
    {
        _order.Remove(neighbor);
        neighbor.State = state;
        neighbor.Probes = 0;
        neighbor.LastUsed = owner.Stack.Now;
        _order.Add(neighbor);
        SetDeadline(neighbor, deadline);
    }

    private void SetDeadline(Neighbor neighbor, TimeSpan deadline)
    {
        neighbor.Deadline = deadline;
        if (deadline < NextDeadline)
            NextDeadline = deadline;
    }

    private Neighbor Add(UInt128 address, TimeSpan now, NeighborState state)
    {
        if (_entries.Count >= MaxEntries && _order.Oldest is { } oldest)
            Delete(oldest.Address);
        var neighbor = new Neighbor(address) { State = state, LastUsed = owner.Stack.Now };
        _entries.Add(address, neighbor);
        _order.Add(neighbor);

        // Nothing may wait for it in the end: an entry that is never asked for goes by itself.
        if (state == NeighborState.Incomplete)
            SetDeadline(neighbor, now + (RetransTimer * MaxMulticastSolicit));
        return neighbor;
    }

    private void Used(Neighbor neighbor)
    {
        if (neighbor.State == NeighborState.None)
            return;
        _order.Remove(neighbor);
        neighbor.LastUsed = owner.Stack.Now;
        _order.Add(neighbor);
    }

    private void Forget(Neighbor neighbor, bool tell)
    {
        _order.Remove(neighbor);
        neighbor.State = NeighborState.None;
        while (_waiting.TryTake(neighbor, out WaitingPacket packet))
        {
            owner.Stack.Drop(IpDropReason.NeighborUnreachable);
            if (tell)
                owner.Stack.Unreachable(packet.Frame[owner.HeaderSize..], packet.IsForwarded);
            packet.Release();
        }
    }

    private void SendWaiting(Neighbor neighbor, TimeSpan now)
    {
        while (_waiting.TryTake(neighbor, out WaitingPacket packet))
        {
            owner.SendFrame(neighbor.Mac, packet.Frame, packet.Offload);
            packet.Release();
            Use(neighbor, now);
        }
    }
}
