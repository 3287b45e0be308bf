using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Weir.Packets;

namespace Weir.Enforcer.Sessions;

/// <summary>The sessions of one packet loop: a bounded hash table over arrays of structs, with a timer wheel and two queues through the same structs.</summary>
/// <remarks>
/// <para>Goal: a session is found from either direction by one look-up, costs at most 256 bytes all in, and no flood makes the table
/// grow past its bound or pushes out a session whose two ends were both seen.</para>
/// <para>An index stands for a session from <see cref="Add"/> to <see cref="Delete"/>. Memory comes in chunks of 1024 sessions when first needed and
/// is then kept; chunks never move, so a ref stays good across <see cref="Add"/>.</para>
/// <para>Each session hangs in the wheel's slot in which it is to be looked at next. A frame only notes its time; whoever looks at the session
/// when the slot comes round hangs it further on, so that frames do not touch the wheel.</para>
/// <para>Not thread-safe: a loop owns its table.</para>
/// </remarks>
internal sealed class SessionTable
{
    public const int None = -1;

    /// <summary>The table is full of sessions that may not be evicted.</summary>
    public const int NothingToEvict = -2;

    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;
    private const int WheelSlots = 256;
    private const int SourceBuckets = 16_384;
    private static readonly TimeSpan WheelStep = TimeSpan.FromMilliseconds(125);

    private readonly int _maxSessions;
    private readonly int _maxHalfOpen;
    private readonly ulong _seed;
    private readonly int[] _buckets;
    private readonly Session[][] _chunks;
    private readonly string?[][] _names;
    private readonly int[] _wheel = new int[WheelSlots];
    private readonly int[] _oldest = [None, None, None];
    private readonly int[] _newest = [None, None, None];
    private readonly int[] _halfOpen = new int[SourceBuckets];
    private int _used;
    private int _free = None;
    private ulong _ids;
    private long _wheelTick;

    public SessionTable(int maxSessions, int maxHalfOpenPerSource, TimeSpan now)
        : this(maxSessions, maxHalfOpenPerSource, now, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)))
    {
    }

    public SessionTable(int maxSessions, int maxHalfOpenPerSource, TimeSpan now, ulong seed)
    {
        if (!int.IsPow2(maxSessions) || maxSessions is < ChunkSize or > 1 << 24)
            throw new ArgumentOutOfRangeException(nameof(maxSessions), maxSessions, "A power of two, 1024 to 16777216.");
        _maxSessions = maxSessions;
        _maxHalfOpen = maxHalfOpenPerSource;
        _seed = seed;
        _buckets = new int[maxSessions];
        _buckets.AsSpan().Fill(None);
        _wheel.AsSpan().Fill(None);
        _chunks = new Session[maxSessions >> ChunkBits][];
        _names = new string?[maxSessions >> ChunkBits][];
        _wheelTick = now.Ticks / WheelStep.Ticks;
    }

    /// <summary>Live sessions.</summary>
    public int Count { get; private set; }

    /// <summary>Indexes below this have been in use; those of free places have the id 0.</summary>
    public int Limit => _used;

    public ulong Evicted { get; private set; }

    public ref Session this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];
    }

    /// <summary>The server's name, when it is known.</summary>
    public ref string? NameOf(int index) => ref _names[index >> ChunkBits][index & (ChunkSize - 1)];

    /// <summary>The session of a frame and which end sent it, or <see cref="None"/>.</summary>
    public int Find(in SessionKey key, uint hash, out Sender sender)
    {
        for (int index = _buckets[hash & (uint)(_maxSessions - 1)]; index != None;)
        {
            ref Session session = ref this[index];
            if (session.Hash == hash && session.PortId == key.PortId && session.Protocol == key.Protocol)
            {
                if (session.Client == key.Source && session.Server == key.Destination
                    && session.ClientPort == key.SourcePort && session.ServerPort == key.DestinationPort)
                {
                    sender = Sender.Client;
                    return index;
                }
                if (session.Server == key.Source && session.Client == key.Destination
                    && session.ServerPort == key.SourcePort && session.ClientPort == key.DestinationPort)
                {
                    sender = Sender.Server;
                    return index;
                }
            }
            index = session.ChainNext;
        }
        sender = default;
        return None;
    }

    public uint HashOf(in SessionKey key) => key.Hash(_seed);

    /// <summary>The place that has to be emptied before one can be added, or <see cref="None"/> when there is room, or <see cref="NothingToEvict"/>.</summary>
    public int FindVictim()
    {
        if (_free != None || _used < _maxSessions)
            return None;
        int ending = _oldest[(int)EvictionQueue.Ending];
        int victim = ending != None ? ending : _oldest[(int)EvictionQueue.Unanswered];
        if (victim == None)
            return NothingToEvict;
        Evicted++;
        return victim;
    }

    /// <summary>Has this client as many half-open sessions as one may have?</summary>
    /// <remarks>Counted by hash: two sources may share a count, which only makes the bound a little tighter for both.</remarks>
    public bool IsHalfOpenLimitReached(UInt128 client) => _halfOpen[SourceBucket(client)] >= _maxHalfOpen;

    /// <summary>A new session, unanswered; there must be room. The caller fills in the rest and calls <see cref="Schedule"/>.</summary>
    public int Add(UInt128 client, UInt128 server, ushort clientPort, ushort serverPort, ushort portId, byte protocol, uint hash, TimeSpan now)
    {
        int index = Take();
        ref Session session = ref this[index];
        session = default;
        session.Client = client;
        session.Server = server;
        session.ClientPort = clientPort;
        session.ServerPort = serverPort;
        session.PortId = portId;
        session.Protocol = protocol;
        session.Hash = hash;
        session.Id = ++_ids;
        session.Opened = session.LastSeen = session.LastEvent = now;
        session.Buffer = None;
        session.WheelSlot = None;

        ref int bucket = ref _buckets[hash & (uint)(_maxSessions - 1)];
        session.ChainNext = bucket;
        bucket = index;
        Count++;
        Enqueue(index, ref session, EvictionQueue.Unanswered);
        return index;
    }

    public void Delete(int index)
    {
        ref Session session = ref this[index];
        Unlink(index, ref session);
        Unschedule(index, ref session);
        Dequeue(ref session);
        NameOf(index) = null;
        session.Id = 0;
        session.ChainNext = _free;
        _free = index;
        Count--;
    }

    /// <summary>Moves a session to the end of another queue.</summary>
    public void MoveTo(int index, EvictionQueue queue)
    {
        ref Session session = ref this[index];
        if (session.Queue == queue)
            return;
        Dequeue(ref session);
        if (queue != EvictionQueue.None)
            Enqueue(index, ref session, queue);
    }

    /// <summary>Has the session looked at by <see cref="NextDue"/> at <paramref name="due"/> or up to 32 seconds from now, whichever is first.</summary>
    public void Schedule(int index, TimeSpan due)
    {
        ref Session session = ref this[index];
        long tick = (due.Ticks / WheelStep.Ticks) + 1;
        tick = Math.Clamp(tick, _wheelTick + 1, _wheelTick + WheelSlots - 1);
        short slot = (short)(tick & (WheelSlots - 1));
        if (session.WheelSlot == slot)
            return;
        Unschedule(index, ref session);
        session.WheelSlot = slot;
        session.WheelPrevious = None;
        session.WheelNext = _wheel[slot];
        if (session.WheelNext != None)
            this[session.WheelNext].WheelPrevious = index;
        _wheel[slot] = index;
    }

    /// <summary>The next session whose slot has come, taken off the wheel: delete it or schedule it. <see cref="None"/>: no more until later.</summary>
    public int NextDue(TimeSpan now)
    {
        long tick = now.Ticks / WheelStep.Ticks;
        while (true)
        {
            int slot = (int)(_wheelTick & (WheelSlots - 1));
            int index = _wheel[slot];
            if (index != None)
            {
                Unschedule(index, ref this[index]);
                return index;
            }
            if (_wheelTick >= tick)
                return None;
            _wheelTick = Math.Max(_wheelTick + 1, tick - WheelSlots);
        }
    }

    private int Take()
    {
        if (_free != None)
        {
            int index = _free;
            _free = this[index].ChainNext;
            return index;
        }
        if (_used == _maxSessions)
            throw new InvalidOperationException("The session table is full.");
        if ((_used & (ChunkSize - 1)) == 0 && _chunks[_used >> ChunkBits] is null)
        {
            _chunks[_used >> ChunkBits] = new Session[ChunkSize];
            _names[_used >> ChunkBits] = new string?[ChunkSize];
        }
        return _used++;
    }

    private void Unlink(int index, ref Session session)
    {
        ref int link = ref _buckets[session.Hash & (uint)(_maxSessions - 1)];
        while (link != index)
            link = ref this[link].ChainNext;
        link = session.ChainNext;
    }

    private void Unschedule(int index, ref Session session)
    {
        if (session.WheelSlot == None)
            return;
        if (session.WheelPrevious != None)
            this[session.WheelPrevious].WheelNext = session.WheelNext;
        else
            _wheel[session.WheelSlot] = session.WheelNext;
        if (session.WheelNext != None)
            this[session.WheelNext].WheelPrevious = session.WheelPrevious;
        session.WheelSlot = None;
    }

    private void Enqueue(int index, ref Session session, EvictionQueue queue)
    {
        session.Queue = queue;
        session.QueuePrevious = _newest[(int)queue];
        session.QueueNext = None;
        if (session.QueuePrevious != None)
            this[session.QueuePrevious].QueueNext = index;
        else
            _oldest[(int)queue] = index;
        _newest[(int)queue] = index;
        if (IsHalfOpenTcp(queue, session.Protocol))
            _halfOpen[SourceBucket(session.Client)]++;
    }

    private void Dequeue(ref Session session)
    {
        EvictionQueue queue = session.Queue;
        if (queue == EvictionQueue.None)
            return;
        if (session.QueuePrevious != None)
            this[session.QueuePrevious].QueueNext = session.QueueNext;
        else
            _oldest[(int)queue] = session.QueueNext;
        if (session.QueueNext != None)
            this[session.QueueNext].QueuePrevious = session.QueuePrevious;
        else
            _newest[(int)queue] = session.QueuePrevious;
        if (IsHalfOpenTcp(queue, session.Protocol))
            _halfOpen[SourceBucket(session.Client)]--;
        session.Queue = EvictionQueue.None;
    }

    private static bool IsHalfOpenTcp(EvictionQueue queue, byte protocol) => queue == EvictionQueue.Unanswered && protocol == IpProtocol.IPPROTO_TCP;

    private int SourceBucket(UInt128 client) => (int)(SessionKey.End(client, 0, _seed) & (SourceBuckets - 1));
}
