namespace Weir.TcpIp.Ip;

/// <summary>What a packet's fragments have in common: RFC 791 3.2, RFC 8200 4.5. IPv6 has no protocol in it.</summary>
internal readonly record struct FragmentKey(UInt128 Source, UInt128 Destination, uint Identification, byte Protocol);

/// <summary>What one more fragment has led to.</summary>
internal enum FragmentOutcome : byte
{
    Waiting,
    /// <summary>The packet is whole.</summary>
    Complete,
    /// <summary>The fragment was not taken.</summary>
    Refused,
}

/// <summary>Packets of which not all fragments have come. Bounded in packets, memory and time, whatever arrives.</summary>
/// <remarks>
/// RFC 5722 for both families: an overlap spoils the packet, and what still comes of it is dropped until its time is over. Room is made by
/// giving up the oldest. A fragment is stored once, at its place.
/// </remarks>
internal sealed class FragmentTable(NetworkStack stack)
{
    public const int MaxPackets = 128;
    public const int MaxBytes = 2 << 20;

    /// <summary>net.ipv4.ipfrag_time, inside the 15 to 120 seconds of RFC 791 and RFC 1122 3.3.2.</summary>
    public static readonly TimeSpan Ipv4Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>RFC 8200 4.5.</summary>
    public static readonly TimeSpan Ipv6Lifetime = TimeSpan.FromSeconds(60);

    private readonly Dictionary<FragmentKey, FragmentedPacket> _packets = [];

    // In the order of their coming; not that of their deadlines, since the families' times differ.
    private readonly LinkedList<FragmentedPacket> _order = new();

    // Its bytes are being read, or were: they are given back at the next call.
    private FragmentedPacket? _completed;

    public int Count => _packets.Count;

    public int Bytes { get; private set; }

    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan next = TimeSpan.MaxValue;
            foreach (FragmentedPacket packet in _order)
                next = packet.Deadline < next ? packet.Deadline : next;
            return next;
        }
    }

    /// <param name="key">Whose fragment it is.</param>
    /// <param name="header">The IP header to put in front of the whole, if this is the first fragment.</param>
    /// <param name="offset">Bytes before it.</param>
    /// <param name="more">It is not the last.</param>
    /// <param name="data">Not empty; a multiple of 8 bytes unless it is the last.</param>
    /// <param name="ecn">The two ECN bits of its header.</param>
    /// <param name="now">The time.</param>
    /// <param name="whole">When complete: header and all data. Valid until the next call. Lengths and checksum of the header are those of the fragment.</param>
    public FragmentOutcome Add(in FragmentKey key, ReadOnlySpan<byte> header, int offset, bool more, ReadOnlySpan<byte> data, byte ecn, TimeSpan now, out Span<byte> whole)
    {
        whole = default;
        _completed?.Release();
        _completed = null;
        if (!_packets.TryGetValue(key, out FragmentedPacket? packet))
        {
            while (_packets.Count >= MaxPackets)
                GiveUp(_order.First!.Value, tell: false);
            packet = new FragmentedPacket(key, now + (Packets.IpAddressBits.IsIpv4(key.Source) ? Ipv4Lifetime : Ipv6Lifetime));
            _packets.Add(key, packet);
            packet.Node = _order.AddLast(packet);
            Bytes += packet.Memory;
        }

        int before = packet.Memory;
        IpDropReason reason = packet.Add(header, offset, more, data, ecn);
        Bytes += packet.Memory - before;
        if (reason != IpDropReason.None)
        {
            stack.Drop(reason);
            return FragmentOutcome.Refused;
        }

        if (packet.IsComplete)
        {
            whole = packet.Whole;
            Bytes -= packet.Memory;
            Remove(packet);
            _completed = packet;
            if (!packet.MixesCongestionMarks)
                return FragmentOutcome.Complete;
            stack.Drop(IpDropReason.FragmentMalformed);
            return FragmentOutcome.Refused;
        }

        while (Bytes > MaxBytes)
            GiveUp(_order.First!.Value, tell: false);
        return FragmentOutcome.Waiting;
    }

    public void Expire(TimeSpan now)
    {
        for (LinkedListNode<FragmentedPacket>? node = _order.First; node is not null;)
        {
            LinkedListNode<FragmentedPacket>? next = node.Next;
            if (node.Value.Deadline <= now)
                GiveUp(node.Value, tell: true);
            node = next;
        }
    }

    private void GiveUp(FragmentedPacket packet, bool tell)
    {
        if (!packet.IsSpoiled)
            stack.Drop(IpDropReason.FragmentsIncomplete);

        // RFC 792, RFC 4443 3.3: only when the first fragment is there, and only when time has passed.
        if (tell && !packet.IsSpoiled && packet.HasFirst)
            stack.Icmp.SendReassemblyTimeExceeded(packet.First);
        Delete(packet);
    }

    private void Delete(FragmentedPacket packet)
    {
        Bytes -= packet.Memory;
        packet.Release();
        Remove(packet);
    }

    private void Remove(FragmentedPacket packet)
    {
        _packets.Remove(packet.Key);
        _order.Remove(packet.Node!);
    }
}
