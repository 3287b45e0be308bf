using Weir.Packets;

namespace Weir.TcpIp.Course;

/// <summary>Where an interface's frames go. The frame is valid until the call returns, and the call must not use the interface again.</summary>
public delegate void TransmitFrame(ReadOnlySpan<byte> frame);

/// <summary>Joins IPv4 with Ethernet: datagrams go to a next hop's hardware address, which ARP (RFC 826) finds out.</summary>
/// <remarks>
/// It learns from every ARP message, answers only for its own address, asks once in 5 s, and keeps datagrams that wait for an answer as
/// long. What strangers can make it remember is bounded: <see cref="MaxNeighbors"/> addresses, <see cref="MaxWaiting"/> datagrams.
/// </remarks>
public sealed class NetworkInterface(MacAddress mac, uint address, TransmitFrame transmit)
{
    /// <summary>The oldest is forgotten for one more.</summary>
    public const int MaxNeighbors = 1024;

    /// <summary>One more is dropped.</summary>
    public const int MaxWaiting = 1024;

    private static readonly TimeSpan NeighborLifetime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RequestLifetime = TimeSpan.FromSeconds(5);

    private readonly Dictionary<uint, Neighbor> neighbors = [];
    private readonly List<Request> requests = [];
    private byte[] buffer = new byte[EthernetHeader.Size + 1500];
    private TimeSpan now;
    private int waiting;

    public MacAddress Mac => mac;

    /// <summary>IPv4, host order.</summary>
    public uint Address => address;

    /// <summary>Sends an IPv4 datagram to a neighbour, or keeps it until the neighbour's address is known.</summary>
    /// <param name="datagram">Header and payload, sent as they are.</param>
    /// <param name="nextHop">IPv4, host order.</param>
    public void SendDatagram(ReadOnlySpan<byte> datagram, uint nextHop)
    {
        if (neighbors.TryGetValue(nextHop, out var neighbor))
        {
            SendFrame(neighbor.Mac, EtherType.ETH_P_IP, datagram);
            return;
        }

        var request = requests.Find(request => request.Address == nextHop);
        if (request is null && requests.Count < MaxWaiting)
        {
            request = new Request(nextHop, now + RequestLifetime);
            requests.Add(request);
            SendArp(new ArpHeader(ArpOperation.ARPOP_REQUEST, mac, address, default, nextHop), MacAddress.Broadcast);
        }

        if (request is not null && waiting < MaxWaiting)
        {
            waiting++;
            request.Waiting.Enqueue(datagram.ToArray());
        }
    }

    /// <summary>Takes a frame from the wire.</summary>
    /// <returns>The IPv4 datagram for the layer above, without Ethernet's padding; empty: there is none.</returns>
    public ReadOnlySpan<byte> ReceiveFrame(ReadOnlySpan<byte> bytes)
    {
        if (EthernetFrame.Parse(bytes, out var frame) != PacketError.None || (frame.Destination != mac && frame.Destination != MacAddress.Broadcast))
        {
            return [];
        }

        if (frame.EtherType == EtherType.ETH_P_ARP)
        {
            ReceiveArp(frame.Payload);
            return [];
        }

        return frame.EtherType == EtherType.ETH_P_IP && Ipv4Packet.Parse(frame.Payload, out var packet) == PacketError.None && packet.IsHeaderChecksumRight
            ? frame.Payload[..packet.Header.TotalLength]
            : [];
    }

    /// <summary>Time has passed: addresses and requests that are too old are forgotten, with the datagrams that waited.</summary>
    public void Tick(TimeSpan elapsed)
    {
        now = elapsed < TimeSpan.MaxValue - now - NeighborLifetime ? now + elapsed : TimeSpan.MaxValue - NeighborLifetime;
        foreach (var (key, neighbor) in neighbors)
        {
            if (neighbor.Deadline <= now)
            {
                neighbors.Remove(key);
            }
        }

        for (int i = requests.Count - 1; i >= 0; i--)
        {
            if (requests[i].Deadline <= now)
            {
                waiting -= requests[i].Waiting.Count;
                requests.RemoveAt(i);
            }
        }
    }

    private void ReceiveArp(ReadOnlySpan<byte> bytes)
    {
        if (ArpMessage.Parse(bytes, out var message) != PacketError.None || message.Operation is not (ArpOperation.ARPOP_REQUEST or ArpOperation.ARPOP_REPLY))
        {
            return;
        }

        Learn(message.SenderAddress, message.SenderMac);
        if (message.Operation == ArpOperation.ARPOP_REQUEST && message.TargetAddress == address)
        {
            SendArp(new ArpHeader(ArpOperation.ARPOP_REPLY, mac, address, message.SenderMac, message.SenderAddress), message.SenderMac);
        }
    }

    private void Learn(uint neighbor, MacAddress neighborMac)
    {
        if (neighbors.Count >= MaxNeighbors && !neighbors.ContainsKey(neighbor))
        {
            neighbors.Remove(neighbors.MinBy(entry => entry.Value.Deadline).Key);
        }

        neighbors[neighbor] = new Neighbor(neighborMac, now + NeighborLifetime);
        int index = requests.FindIndex(request => request.Address == neighbor);
        if (index < 0)
        {
            return;
        }

        var request = requests[index];
        requests.RemoveAt(index);
        waiting -= request.Waiting.Count;
        foreach (byte[] datagram in request.Waiting)
        {
            SendFrame(neighborMac, EtherType.ETH_P_IP, datagram);
        }
    }

    private void SendArp(in ArpHeader message, MacAddress destination)
    {
        Span<byte> bytes = stackalloc byte[ArpHeader.Size];
        message.WriteTo(bytes);
        SendFrame(destination, EtherType.ETH_P_ARP, bytes);
    }

    private void SendFrame(MacAddress destination, ushort type, ReadOnlySpan<byte> payload)
    {
        int length = EthernetHeader.Size + payload.Length;
        if (length > buffer.Length)
        {
            buffer = new byte[length];
        }

        new EthernetHeader(destination, mac, type).WriteTo(buffer);
        payload.CopyTo(buffer.AsSpan(EthernetHeader.Size));
        transmit(buffer.AsSpan(0, length));
    }

    private readonly record struct Neighbor(MacAddress Mac, TimeSpan Deadline);

    private sealed record Request(uint Address, TimeSpan Deadline)
    {
        public Queue<byte[]> Waiting { get; } = new();
    }
}
