using System.Buffers;
using Weir.Packets;
using Weir.TcpIp.Devices;

namespace Weir.TcpIp.Neighbors;

/// <summary>One address on a link, and the packets that wait for its Ethernet address.</summary>
internal sealed class Neighbor(UInt128 address)
{
    /// <summary>RFC 4861 7.2.2 asks for at least one; RFC 1122 2.3.2.2 too.</summary>
    public const int MaxWaiting = 16;

    private readonly Queue<(byte[] Bytes, int Length, PacketOffload Offload)> _waiting = new();

    public UInt128 Address { get; } = address;

    public MacAddress Mac { get; set; }

    public NeighborState State { get; set; }

    /// <summary>When the state ends by itself; MaxValue: it does not.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.MaxValue;

    /// <summary>Questions asked in this state.</summary>
    public int Probes { get; set; }

    public TimeSpan LastUsed { get; set; }

    public bool IsRouter { get; set; }

    public bool HasMac => State > NeighborState.Incomplete;

    public int Waiting => _waiting.Count;

    /// <summary>Keeps a copy of a packet with room for its Ethernet header in front. When too many wait the oldest goes (RFC 4861 7.2.2); true then.</summary>
    public bool Enqueue(ReadOnlySpan<byte> packet, in PacketOffload offload)
    {
        bool full = _waiting.Count == MaxWaiting;
        if (full)
            ArrayPool<byte>.Shared.Return(_waiting.Dequeue().Bytes);
        byte[] copy = ArrayPool<byte>.Shared.Rent(packet.Length);
        packet.CopyTo(copy);
        _waiting.Enqueue((copy, packet.Length, offload));
        return full;
    }

    public bool TryDequeue(out byte[] bytes, out int length, out PacketOffload offload)
    {
        if (_waiting.TryDequeue(out (byte[] Bytes, int Length, PacketOffload Offload) next))
        {
            (bytes, length, offload) = next;
            return true;
        }

        (bytes, length, offload) = ([], 0, default);
        return false;
    }
}
