using System.Buffers;
using Weir.TcpIp.Devices;

namespace Weir.TcpIp.Neighbors;

/// <summary>A packet that waits for the Ethernet address of its neighbor.</summary>
/// <param name="Neighbor">Whose.</param>
/// <param name="Bytes">Rented; with room for the Ethernet header in front.</param>
/// <param name="Length">How many of them are the frame.</param>
/// <param name="Offload">What is left to do with it.</param>
/// <param name="IsForwarded">Another host has sent it.</param>
internal readonly record struct WaitingPacket(Neighbor Neighbor, byte[] Bytes, int Length, PacketOffload Offload, bool IsForwarded)
{
    /// <summary>What a packet takes beside its bytes: so that small ones are not too many.</summary>
    private const int Overhead = 256;

    public ReadOnlySpan<byte> Frame => Bytes.AsSpan(0, Length);

    /// <summary>Bytes of memory.</summary>
    public int Memory => Bytes.Length + Overhead;

    public void Release() => ArrayPool<byte>.Shared.Return(Bytes);
}

/// <summary>All that waits for neighbors of an interface, in the order of its coming. Bounded in bytes for each neighbor and for all; the oldest goes first (RFC 4861 7.2.2).</summary>
internal sealed class WaitingPackets
{
    /// <summary>net.ipv4.neigh.default.unres_qlen_bytes: the fragments of a datagram of any length.</summary>
    public const int MaxBytesOfOne = 212_992;

    /// <summary>The kernel has no such bound; a scan with long packets would take the above for each address (RFC 6583 6.1).</summary>
    public const int MaxBytes = 4 << 20;

    private readonly LinkedList<WaitingPacket> _all = new();

    public int Bytes { get; private set; }

    /// <summary>Keeps a copy. Returns how many packets had to go for it.</summary>
    public int Add(Neighbor neighbor, ReadOnlySpan<byte> frame, in PacketOffload offload, bool isForwarded)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(frame.Length);
        frame.CopyTo(copy);
        var packet = new WaitingPacket(neighbor, copy, frame.Length, offload, isForwarded);
        int gone = 0;
        for (; neighbor.WaitingBytes > 0 && neighbor.WaitingBytes + packet.Memory > MaxBytesOfOne; gone++)
            DropOldest(neighbor);

        // The oldest of all is the oldest of its neighbor too.
        for (; Bytes + packet.Memory > MaxBytes; gone++)
            DropOldest(_all.First!.Value.Neighbor);
        neighbor.Waiting.Enqueue(_all.AddLast(packet));
        neighbor.WaitingBytes += packet.Memory;
        Bytes += packet.Memory;
        return gone;
    }

    /// <summary>The oldest of a neighbor; to be released.</summary>
    public bool TryTake(Neighbor neighbor, out WaitingPacket packet)
    {
        packet = default;
        if (neighbor.WaitingBytes == 0)
            return false;
        LinkedListNode<WaitingPacket> node = neighbor.Waiting.Dequeue();
        _all.Remove(node);
        packet = node.Value;
        neighbor.WaitingBytes -= packet.Memory;
        Bytes -= packet.Memory;
        return true;
    }

    private void DropOldest(Neighbor neighbor)
    {
        if (TryTake(neighbor, out WaitingPacket oldest))
            oldest.Release();
    }
}
