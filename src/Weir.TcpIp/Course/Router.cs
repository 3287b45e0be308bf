using System.Buffers.Binary;
using Weir.Packets;

namespace Weir.TcpIp.Course;

/// <summary>Forwards IPv4 datagrams between its interfaces by the longest prefix that matches.</summary>
/// <remarks>It takes every datagram as one to forward, also one to its own addresses, and sends no ICMP errors.</remarks>
public sealed class Router
{
    private const int TimeToLiveOffset = 8;
    private const int ChecksumOffset = 10;
    private const int AddressBits = 32;

    private readonly List<NetworkInterface> interfaces = [];

    // One table of prefixes per length: a look-up asks 33 of them at most.
    private readonly Dictionary<uint, Route>?[] routes = new Dictionary<uint, Route>?[AddressBits + 1];
    private byte[] buffer = new byte[1500];

    public IReadOnlyList<NetworkInterface> Interfaces => interfaces;

    /// <returns>The interface's index.</returns>
    public int AddInterface(NetworkInterface added)
    {
        interfaces.Add(added);
        return interfaces.Count - 1;
    }

    /// <summary>Adds a route; it takes the place of one with the same prefix.</summary>
    /// <param name="prefix">IPv4, host order; bits behind the length don't count.</param>
    /// <param name="length">Bits of the prefix that must match: 0 to 32.</param>
    /// <param name="nextHop">The router to send to, IPv4, host order; null: the destination itself is a neighbour.</param>
    /// <param name="interfaceIndex">From <see cref="AddInterface"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Such a length or interface does not exist.</exception>
    public void AddRoute(uint prefix, int length, uint? nextHop, int interfaceIndex)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)AddressBits, nameof(length));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)interfaceIndex, (uint)interfaces.Count, nameof(interfaceIndex));
        (routes[length] ??= [])[prefix & Mask(length)] = new Route(nextHop, interfaceIndex);
    }

    /// <summary>Takes a frame that arrived at an interface, and forwards the datagram in it, if any.</summary>
    public void ReceiveFrame(int interfaceIndex, ReadOnlySpan<byte> frame)
    {
        var datagram = interfaces[interfaceIndex].ReceiveFrame(frame);
        if (!datagram.IsEmpty)
        {
            Forward(datagram);
        }
    }

    private void Forward(ReadOnlySpan<byte> datagram)
    {
        if (Ipv4Packet.Parse(datagram, out var packet) != PacketError.None || packet.TimeToLive <= 1 || Find(packet.Destination) is not { } route)
        {
            return;
        }

        if (datagram.Length > buffer.Length)
        {
            buffer = new byte[datagram.Length];
        }

        var copy = buffer.AsSpan(0, datagram.Length);
        datagram.CopyTo(copy);
        copy[TimeToLiveOffset]--;
        var header = copy[..packet.Header.HeaderLength];
        BinaryPrimitives.WriteUInt16BigEndian(header[ChecksumOffset..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(header[ChecksumOffset..], InternetChecksum.Compute(header));
        interfaces[route.Interface].SendDatagram(copy, route.NextHop ?? packet.Destination);
    }

    private Route? Find(uint destination)
    {
        for (int length = AddressBits; length >= 0; length--)
        {
            if (routes[length] is { } table && table.TryGetValue(destination & Mask(length), out var route))
            {
                return route;
            }
        }

        return null;
    }

    // C# shifts by the count modulo 32: a length of 0 needs its own word.
    private static uint Mask(int length) => length == 0 ? 0 : uint.MaxValue << (AddressBits - length);

    private readonly record struct Route(uint? NextHop, int Interface);
}
