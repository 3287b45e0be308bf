using System.Threading.Channels;
using Weir.Enforcer.Datapath;
using Weir.Enforcer.Events;
using Weir.Enforcer.Loops;
using Weir.Enforcer.Sessions;
using Weir.Linux.Rings;
using Weir.Packets;
using Weir.Policy;

namespace Weir.Enforcer;

/// <summary>Watches the ports of captured workloads and lets through what the policy allows: one packet loop for the pipe, one for each tap.</summary>
/// <remarks>Each loop is a thread of its own with its own session table. All members may be called from any thread.</remarks>
public sealed class Enforcer : IDisposable
{
    /// <summary>A session's number has its loop's in front, so that it is unique among all loops.</summary>
    private const int LoopNumberShift = 48;

    private readonly Lock _gate = new();
    private readonly EventQueue _events;
    private readonly PolicyHolder _policy = new();
    private readonly Dictionary<ushort, EnforcerPort> _ports = [];
    private readonly Dictionary<ushort, PacketLoop> _taps = [];
    private readonly List<DatapathCounters> _ended = [];
    private PacketLoop? _inline;
    private ulong _endedRingDrops;
    private ulong _endedSendFailures;
    private ulong _loops;
    private bool _disposed;

    public Enforcer(EnforcerOptions options)
    {
        Options = options;
        _events = new EventQueue(options.EventCapacity);
    }

    public EnforcerOptions Options { get; }

    /// <summary>What the loops saw, in order per session. One reader.</summary>
    public ChannelReader<FlowEvent> Events => _events.Reader;

    public EnforcerCounters Counters
    {
        get
        {
            lock (_gate)
                return ReadCountersUnsynchronized();
        }
    }

    /// <summary>A new policy: the kernel stops passing what was settled under the old one, and each session is judged again on its next frame.</summary>
    /// <remarks>Until the first policy is set, all frames pass and nothing is learned.</remarks>
    public void SetPolicy(PolicyModel model)
    {
        lock (_gate)
        {
            // In this order: a frame that comes up because of the new generation finds the new model.
            _policy.Current = model;
            foreach (PacketLoop loop in LoopsUnsynchronized())
                loop.Settled?.SetGeneration(model.Generation);
        }
    }

    /// <summary>Makes a port known to the inline loop. A port with the same id is replaced.</summary>
    public void AddPort(EnforcerPort port)
    {
        lock (_gate)
        {
            _ports[port.Id] = port;
            _inline?.Post((processor, _) => processor.AddPort(port));
        }
    }

    /// <summary>Forgets a port; its sessions are closed and taken back from the kernel.</summary>
    public void RemovePort(ushort portId)
    {
        lock (_gate)
        {
            if (_ports.Remove(portId))
                _inline?.Post((processor, now) => processor.RemovePort(portId, now));
        }
    }

    /// <summary>Starts the loop over the pipe, once. The ring is the enforcer's from now on.</summary>
    /// <param name="heartbeat">Called at every turn of the loop, at least each 100 ms.</param>
    /// <param name="settled">The kernel's table of settled sessions; null: everything stays in user space.</param>
    public void StartInline(PacketRing pipe, Action heartbeat, ISettledSessions? settled)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_inline is not null)
                throw new InvalidOperationException("The inline loop runs already.");
            _inline = NewLoop("weir-pipe", pipe, null, heartbeat, settled);
            foreach (EnforcerPort port in _ports.Values)
                _inline.Post((processor, _) => processor.AddPort(port));
            _inline.Start();
        }
    }

    /// <summary>Starts a loop that looks at one port from inside the workload's namespace. The ring is the enforcer's from now on.</summary>
    /// <param name="settled">The table that the ring's socket filter looks into; null: all frames come up.</param>
    public void StartTap(EnforcerPort port, PacketRing ring, ISettledSessions? settled = null)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_taps.ContainsKey(port.Id))
                throw new InvalidOperationException($"Port {port.Id} has a tap already.");
            PacketLoop loop = NewLoop($"weir-tap-{port.Id:x}", ring, port, null, settled);
            _taps.Add(port.Id, loop);
            loop.Start();
        }
    }

    /// <summary>Ends the port's loop and closes its ring; its sessions are reported as closed.</summary>
    public void StopTap(ushort portId)
    {
        lock (_gate)
        {
            if (_taps.Remove(portId, out PacketLoop? loop))
                EndUnsynchronized(loop);
        }
    }

    /// <summary>The live sessions, at most <paramref name="limit"/> of each loop.</summary>
    public IReadOnlyList<SessionSnapshot> ListSessions(int limit = 10_000)
    {
        lock (_gate)
        {
            return [.. LoopsUnsynchronized().SelectMany(loop =>
                loop.Ask((processor, now) => SessionLister.List(processor.Table, limit, loop.IdBase, now)) ?? [])];
        }
    }

    /// <summary>Returns when every loop has ended a turn that began after the call: what was in its ring by then is judged and told in <see cref="Events"/>.</summary>
    /// <remarks>A loop that has failed is waited for two seconds.</remarks>
    public void AwaitTurn()
    {
        lock (_gate)
        {
            // The first answer may come in a turn that collected its frames before; the second one's turn begins after it.
            foreach (PacketLoop loop in LoopsUnsynchronized())
                _ = loop.Ask((_, _) => this) is null ? null : loop.Ask((_, _) => this);
        }
    }

    /// <summary>Ends all loops, takes all sessions back from the kernel, closes the rings, completes <see cref="Events"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            foreach (PacketLoop loop in LoopsUnsynchronized().ToArray())
                EndUnsynchronized(loop);
            _inline = null;
            _taps.Clear();
            _events.Complete();
        }
    }

    private PacketLoop NewLoop(string name, PacketRing ring, EnforcerPort? tap, Action? heartbeat, ISettledSessions? settled)
    {
        if (_policy.Current is { } model)
            settled?.SetGeneration(model.Generation);
        return new PacketLoop(name, ring, tap, heartbeat, Options, _events, settled, _policy, ++_loops << LoopNumberShift);
    }

    private IEnumerable<PacketLoop> LoopsUnsynchronized() => _inline is null ? _taps.Values : _taps.Values.Prepend(_inline);

    private void EndUnsynchronized(PacketLoop loop)
    {
        _endedRingDrops += loop.ReadRingDrops();
        loop.Dispose();
        _endedSendFailures += loop.SendFailures;
        _ended.Add(loop.Counters);
    }

    private EnforcerCounters ReadCountersUnsynchronized()
    {
        PacketLoop[] loops = [.. LoopsUnsynchronized()];
        DatapathCounters[] all = [.. loops.Select(loop => loop.Counters), .. _ended];
        var tables = loops.Select(loop => loop.Ask((processor, _) =>
            new TableReading(processor.Table.Count, processor.Table.Evicted, SessionLister.CountByState(processor.Table)))).OfType<TableReading>().ToArray();
        return new EnforcerCounters
        {
            Frames = Sum(all, counters => counters.Frames),
            Bytes = Sum(all, counters => counters.Bytes),
            Accepted = Sum(all, counters => counters.Accepted),
            Rejected = Sum(all, counters => counters.Rejected),
            Dropped = (ulong)Enum.GetValues<DropReason>().Sum(reason => all.Sum(counters => (long)counters.DroppedBy(reason))),
            DropReasons = Table<DropReason>(reason => Sum(all, counters => (long)counters.DroppedBy(reason))),
            PassedAnyway = Table<DropReason>(reason => Sum(all, counters => (long)counters.PassedDespite(reason))),
            PacketErrors = Table<PacketError>(error => Sum(all, counters => (long)counters.ErrorsOf(error))),
            SessionsOpened = Sum(all, counters => counters.SessionsOpened),
            SessionsClosed = Sum(all, counters => counters.SessionsClosed),
            SessionsSettled = Sum(all, counters => counters.SessionsSettled),
            SettledSessions = all.Sum(counters => counters.SettledNow),
            Sessions = tables.Sum(table => table.Count),
            SessionsEvicted = (ulong)tables.Sum(table => (long)table.Evicted),
            SessionStates = tables.SelectMany(table => table.States).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value)),
            RingDrops = _endedRingDrops + (ulong)loops.Sum(loop => (long)loop.ReadRingDrops()),
            SendFailures = _endedSendFailures + (ulong)loops.Sum(loop => (long)loop.SendFailures),
            EventsMerged = _events.Merged,
            EventsLost = _events.Lost,
        };
    }

    private static ulong Sum(DatapathCounters[] all, Func<DatapathCounters, long> read) => (ulong)all.Sum(read);

    private static Dictionary<T, ulong> Table<T>(Func<T, ulong> read)
        where T : struct, Enum =>
        Enum.GetValues<T>().Select(key => (Key: key, Count: read(key))).Where(entry => entry.Count > 0).ToDictionary(entry => entry.Key, entry => entry.Count);

    private sealed record TableReading(int Count, ulong Evicted, Dictionary<string, int> States);
}
