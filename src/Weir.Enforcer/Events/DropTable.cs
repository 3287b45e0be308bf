using Weir.Packets;
using Weir.Policy;

namespace Weir.Enforcer.Events;

/// <summary>Gathers drops without a session, so that each (port, peer, server port, reason) is reported at once when it begins and then at most once per interval.</summary>
/// <remarks>
/// Bounded: when three quarters are in use, a drop is told under server port 0 of its peer; when even that has no place, under the address 0.
/// So a port scan shows its targets one by one up to the bound, and its whole size; a flood from invented addresses shows its size.
/// </remarks>
internal sealed class DropTable(int entries, TimeSpan interval)
{
    private const int Probes = 16;

    private readonly Entry[] _entries = new Entry[entries];
    private readonly Entry[] _rest = new Entry[256];
    private int _used;
    private int _cursor;

    private struct Entry
    {
        public DropKey Key;
        public ulong Packets;
        public ulong Bytes;
        public TimeSpan LastTold;
        public TimeSpan LastSeen;
        public ushort ClientPort;
        public bool Taken;
    }

    /// <summary>Counts a dropped frame. True: <paramref name="report"/> is to be told now.</summary>
    public bool Add(in DropKey key, ushort clientPort, int bytes, TimeSpan now, out DropReport report)
    {
        ref Entry entry = ref Place(key, now);
        bool first = entry.Packets == 0 && entry.LastTold == TimeSpan.MinValue;
        entry.ClientPort = clientPort;
        entry.LastSeen = now;
        entry.Packets++;
        entry.Bytes += (ulong)bytes;
        if (!first && now - entry.LastTold < interval)
        {
            report = default;
            return false;
        }
        report = Take(ref entry, now);
        return true;
    }

    /// <summary>Looks at a few entries: tells what has gathered, forgets what has stopped. False: nothing more to tell in this round.</summary>
    public bool TryFlush(TimeSpan now, int budget, out DropReport report)
    {
        for (; budget > 0; budget--)
        {
            _cursor = (_cursor + 1) % (_entries.Length + _rest.Length);
            ref Entry entry = ref _cursor < _entries.Length ? ref _entries[_cursor] : ref _rest[_cursor - _entries.Length];
            if (!entry.Taken || now - entry.LastTold < interval)
                continue;
            if (entry.Packets > 0)
            {
                report = Take(ref entry, now);
                return true;
            }
            if (now - entry.LastSeen > 6 * interval)
            {
                if (_cursor < _entries.Length)
                    _used--;
                entry = default;
            }
        }
        report = default;
        return false;
    }

    private static DropReport Take(ref Entry entry, TimeSpan now)
    {
        var report = new DropReport(entry.Key, entry.ClientPort, entry.Packets, entry.Bytes);
        (entry.Packets, entry.Bytes, entry.LastTold) = (0, 0, now);
        return report;
    }

    private ref Entry Place(in DropKey key, TimeSpan now)
    {
        DropKey wanted = key;
        for (int coarser = 0; coarser < 3; coarser++)
        {
            Entry[] table = coarser == 0 ? _entries : _rest;
            int start = (int)((uint)wanted.GetHashCode() % (uint)table.Length);
            for (int i = 0; i < Probes; i++)
            {
                ref Entry entry = ref table[(start + i) % table.Length];
                if (entry.Taken && entry.Key == wanted)
                    return ref entry;
                if (!entry.Taken && (coarser > 0 || _used < _entries.Length / 4 * 3))
                    return ref Begin(ref entry, wanted, now, coarser == 0);
            }
            wanted = coarser == 0 ? wanted with { ServerPort = 0 } : wanted with { Client = 0, Server = 0 };
        }
        // Even the coarse table is full: the nearest entry counts for this one too.
        return ref _rest[(int)((uint)wanted.GetHashCode() % (uint)_rest.Length)];
    }

    private ref Entry Begin(ref Entry entry, DropKey key, TimeSpan now, bool fine)
    {
        if (fine)
            _used++;
        entry = new Entry { Key = key, Taken = true, LastTold = TimeSpan.MinValue, LastSeen = now };
        return ref entry;
    }
}

/// <summary>What drops are gathered by.</summary>
internal readonly record struct DropKey(
    ushort PortId,
    SessionDirection Direction,
    UInt128 Client,
    UInt128 Server,
    ushort ServerPort,
    byte Protocol,
    DropReason Reason,
    PacketError Error,
    PolicyDecision Decision);

internal readonly record struct DropReport(DropKey Key, ushort ClientPort, ulong Packets, ulong Bytes);
