using System.Runtime.InteropServices;
using Weir.Policy;

namespace Weir.Enforcer.Sessions;

/// <summary>One entry of the session table. A mutable struct: always by ref, and not across a call that may add a session.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Session
{
    // Who: the key.
    public UInt128 Client;
    public UInt128 Server;
    public ushort ClientPort;
    public ushort ServerPort;
    public ushort PortId;
    public byte Protocol;
    public SessionDirection Direction;

    // Where it hangs: hash chain, timer wheel, queue of those that may be evicted.
    public uint Hash;
    public int ChainNext;
    public int WheelPrevious;
    public int WheelNext;
    public int QueuePrevious;
    public int QueueNext;
    public short WheelSlot;
    public EvictionQueue Queue;

    public ulong Id;
    public TimeSpan Opened;
    public TimeSpan LastSeen;
    public TimeSpan LastEvent;

    public Traffic FromClient;
    public Traffic FromServer;
    public TcpSession Tcp;

    // What was decided.
    public int RuleId;
    public uint Generation;
    public Application Application;
    public PolicyAction Action;
    public PolicyMode Mode;
    public DropReason Blocked;
    public SessionFlags Flags;

    // What is known of its first bytes.
    public short Buffer;
    public ushort ClientBuffered;
    public ushort ServerBuffered;
    public byte PayloadFrames;

    public PolicyDecision Decision
    {
        readonly get => new(Action, RuleId, Mode);
        set => (Action, RuleId, Mode) = (value.Action, value.RuleId, value.Mode);
    }

    public readonly bool Has(SessionFlags flag) => (Flags & flag) != 0;

    public void Set(SessionFlags flag) => Flags |= flag;

    public void Clear(SessionFlags flag) => Flags &= ~flag;
}

[Flags]
internal enum SessionFlags : ushort
{
    None = 0,
    /// <summary>Frames from both ends were seen: not evicted, and worth settling.</summary>
    Answered = 1,
    /// <summary>The application does not change any more.</summary>
    ApplicationFinal = 2,
    /// <summary>The kernel passes it.</summary>
    Settled = 4,
    /// <summary>The kernel's table was full; tried again when the session is next visited by the timer.</summary>
    SettleRefused = 8,
    /// <summary>The reader of events has not been told of it yet.</summary>
    Untold = 16,
    /// <summary>Something other than counters changed since the last event.</summary>
    Changed = 32,
    /// <summary>The server sent payload before the client did.</summary>
    ServerSpokeFirst = 64,
    ClientSpoke = 128,
    ServerSpoke = 256,
    /// <summary>Open before it was first seen.</summary>
    BeginningUnseen = 512,
    /// <summary>Answered by an ICMP error: nobody is there.</summary>
    Refused = 1024,
}

/// <summary>From which queue a session may be taken when room is needed, first to last.</summary>
internal enum EvictionQueue : byte
{
    /// <summary>Never evicted.</summary>
    None,
    /// <summary>Over: reset, in TIME-WAIT, denied.</summary>
    Ending,
    /// <summary>Only one end was seen.</summary>
    Unanswered,
}

/// <summary>One direction's counters: since the session was opened, since its last event, and what the kernel's table said last.</summary>
internal struct Traffic
{
    public ulong Packets;
    public ulong Bytes;
    public ulong PendingBytes;
    public ulong KernelBytes;
    public uint PendingPackets;
    public uint KernelPackets;

    public void Add(ulong packets, ulong bytes)
    {
        Packets += packets;
        Bytes += bytes;
        PendingPackets += (uint)packets;
        PendingBytes += bytes;
    }

    /// <summary>Adds what the kernel counted since it was last asked. True when there was something.</summary>
    public bool AddKernel(in SettledCounters counters)
    {
        uint packets = (uint)counters.Packets - KernelPackets;
        ulong bytes = counters.Bytes - KernelBytes;
        if (packets == 0 || bytes > long.MaxValue)
            return false;
        Add(packets, bytes);
        KernelPackets = (uint)counters.Packets;
        KernelBytes = counters.Bytes;
        return true;
    }

    public void ForgetKernel() => (KernelPackets, KernelBytes) = (0, 0);

    public void ForgetPending() => (PendingPackets, PendingBytes) = (0, 0);
}
