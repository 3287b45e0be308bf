namespace Weir.Enforcer.Fragments;

/// <summary>What was decided about the first fragment of a packet, for the fragments that follow it.</summary>
/// <remarks>A bounded table: a hash picks a set of four places, of which the oldest is given up. Fragments of one packet follow each other closely.</remarks>
internal sealed class FragmentTable(int entries, TimeSpan lifetime)
{
    private const int Ways = 4;

    private readonly Entry[] _entries = new Entry[entries];

    private struct Entry
    {
        public UInt128 Source;
        public UInt128 Destination;
        public TimeSpan Deadline;
        public uint Id;
        public ushort PortId;
        public byte Protocol;
        public DropReason Reason;
    }

    /// <summary>Remembers a first fragment's fate; <see cref="DropReason.None"/>: it passed.</summary>
    public void Add(in FragmentKey key, DropReason reason, TimeSpan now)
    {
        Span<Entry> set = SetOf(key);
        int place = 0;
        for (int i = 0; i < Ways; i++)
        {
            if (Matches(set[i], key))
            {
                place = i;
                break;
            }
            if (set[i].Deadline < set[place].Deadline)
                place = i;
        }
        set[place] = new Entry
        {
            Source = key.Source,
            Destination = key.Destination,
            Deadline = now + lifetime,
            Id = key.Id,
            PortId = key.PortId,
            Protocol = key.Protocol,
            Reason = reason,
        };
    }

    /// <summary>False: the first fragment was not seen within the lifetime.</summary>
    public bool TryFind(in FragmentKey key, TimeSpan now, out DropReason reason)
    {
        foreach (ref Entry entry in SetOf(key))
        {
            if (entry.Deadline > now && Matches(entry, key))
            {
                reason = entry.Reason;
                return true;
            }
        }
        reason = DropReason.None;
        return false;
    }

    private Span<Entry> SetOf(in FragmentKey key)
    {
        ulong mixed = (ulong)key.Source ^ ((ulong)key.Destination * 0x9E37_79B9_7F4A_7C15) ^ ((ulong)key.Id << 24) ^ key.PortId;
        mixed *= 0xD6E8_FEB8_6659_FD93;
        return _entries.AsSpan((int)((mixed >> 32) % (uint)(entries / Ways)) * Ways, Ways);
    }

    private static bool Matches(in Entry entry, in FragmentKey key) =>
        entry.Id == key.Id && entry.PortId == key.PortId && entry.Protocol == key.Protocol
        && entry.Source == key.Source && entry.Destination == key.Destination;
}

/// <summary>RFC 791 3.2, RFC 8200 4.5: what the fragments of one packet have in common, and the port they were seen at.</summary>
internal readonly record struct FragmentKey(ushort PortId, UInt128 Source, UInt128 Destination, uint Id, byte Protocol);
