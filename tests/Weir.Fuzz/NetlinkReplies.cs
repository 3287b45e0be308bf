using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weir.Netlink;
using Weir.Netlink.Protocol;

namespace Weir.Fuzz;

/// <summary>Netlink answers: the first byte chooses the operation, the rest is what the kernel says, as datagrams of a two-byte length and their bytes.</summary>
/// <remarks>The first message of each datagram gets the request's sequence number and port, or noise would never be looked at. Only NetlinkException may come out.</remarks>
public static class NetlinkReplies
{
    private static readonly Action<RouteSocket>[] Operations =
    [
        socket => socket.Links.List(), socket => socket.Links.Get(1), socket => socket.Addresses.List(), socket => socket.Routes.List(),
        socket => socket.Rules.List(AddressFamily.InterNetwork), socket => socket.Neighbors.List(), socket => socket.NamespaceIds.List(),
        socket => socket.Links.Visit(link => link.ToLink()), socket => socket.Routes.Visit(AddressFamily.InterNetwork, 0, route => route.ToRoute()),
        socket => socket.Routes.Get(System.Net.IPAddress.Loopback), socket => socket.Neighbors.Get(1, System.Net.IPAddress.Loopback), Batch, Kinds,
        socket => socket.Qdiscs.List(), socket => socket.TrafficClasses.List(1), socket => socket.Chains.List(1), socket => socket.Filters.List(1), socket => socket.Links.Delete(1),
    ];

    private static void Batch(RouteSocket socket)
    {
        var batch = socket.Batch();
        for (var i = 1; i <= 3; i++)
            batch.DeleteLink(i);
        batch.Send();
    }

    private static void Kinds(RouteSocket socket)
    {
        foreach (var link in socket.Links.List())
        {
            link.ReadKind();
            link.ReadBridgePort();
        }
    }

    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;
        using var kernel = new Kernel(input[1..]);
        try
        {
            if (input[0] == byte.MaxValue)
            {
                using var ethtool = new EthtoolSocket(kernel);
                ethtool.Features.List("v0");
                return;
            }

            using var route = new RouteSocket(kernel);
            Operations[input[0] % Operations.Length](route);
        }
        catch (NetlinkException)
        {
            // The one way to say no.
        }
    }

    /// <summary>A kernel that says what it is told to, whatever the question.</summary>
    internal sealed class Kernel : INetlinkTransport
    {
        private readonly Queue<byte[]> _datagrams = new();
        private uint _sequence;

        internal Kernel(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 2)
            {
                var length = Math.Min(MemoryMarshal.Read<ushort>(bytes), bytes.Length - 2);
                _datagrams.Enqueue(bytes.Slice(2, length).ToArray());
                bytes = bytes[(2 + length)..];
            }
        }

        public uint PortId => 1;

        public void Send(ReadOnlySpan<byte> message) => _sequence = MemoryMarshal.Read<uint>(message[8..]);

        public int Receive(Span<byte> buffer)
        {
            if (!_datagrams.TryDequeue(out var datagram))
                return 0;
            datagram.CopyTo(buffer);
            if (datagram.Length >= 16)
            {
                MemoryMarshal.Write(buffer[8..], _sequence);
                MemoryMarshal.Write(buffer[12..], PortId);
            }

            return datagram.Length;
        }

        public void Dispose()
        {
        }
    }
}
