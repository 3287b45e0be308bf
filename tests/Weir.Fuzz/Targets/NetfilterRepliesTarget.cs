using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weir.Netlink.Conntrack;
using Weir.Netlink.Ipset;
using Weir.Netlink.Log;
using Weir.Netlink.Protocol;
using Weir.Netlink.Queue;
using Weir.Netlink.Sockets;

namespace Weir.Fuzz.Targets;

/// <summary>Answers to ipset, conntrack, NFQUEUE, NFLOG and sock_diag: the first byte chooses the operation, the rest is what the kernel says, as datagrams of a two-byte length and their bytes.</summary>
/// <remarks>The first message of each datagram gets the request's sequence number and port, or noise would never be looked at. Only NetlinkException may come out.</remarks>
public static class NetfilterRepliesTarget
{
    private static readonly Action<Kernel>[] Operations =
    [
        kernel => new IpsetSocket(kernel).List(), kernel => new IpsetSocket(kernel).Find("a"), kernel => new IpsetSocket(kernel).Add("a", [new IpsetElement { Port = 1 }]),
        kernel => new ConntrackSocket(kernel).List(), kernel => new SocketDiagnostics(kernel).List(SocketProtocol.Tcp, family: AddressFamily.InterNetwork),
        kernel => new SocketDiagnostics(kernel).ListUnix(), Queue, Log,
    ];

    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;
        using var kernel = new Kernel(input[1..]);
        try
        {
            Operations[input[0] % Operations.Length](kernel);
        }
        catch (NetlinkException)
        {
            // The one way to say no.
        }
    }

    private static void Queue(Kernel kernel)
    {
        kernel.AckNext();
        using var queue = new PacketQueue(kernel, new PacketQueueOptions { Number = 1, BatchSize = 4 });
        for (var i = queue.Receive(TimeSpan.Zero) - 1; i >= 0; i--)
        {
            var packet = queue[i];
            Require.That(packet.Payload.Length + packet.SourceHardwareAddress.Length + packet.LinkHeader.Length <= 3 * 65_536, "more bytes than came");
            _ = packet.Received;
            queue.SetVerdict(packet.Id, QueueVerdict.Accept, packet.Payload, packet.Mark);
        }
    }

    private static void Log(Kernel kernel)
    {
        kernel.AckNext();
        using var log = new PacketLog(kernel, new PacketLogOptions { Group = 1, BatchSize = 4 });
        for (var i = log.Receive(TimeSpan.Zero) - 1; i >= 0; i--)
            Require.That(log[i].Prefix.Length + log[i].Payload.Length + log[i].SourceHardwareAddress.Length <= 3 * 65_536, "more bytes than came");
    }

    private sealed class Kernel : INetlinkTransport
    {
        private readonly Queue<byte[]> _datagrams = new();
        private uint _sequence;
        private bool _ack;

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

        /// <summary>The next request is taken: an NLMSG_ERROR of 0.</summary>
        internal void AckNext() => _ack = true;

        public void Send(ReadOnlySpan<byte> message) => _sequence = MemoryMarshal.Read<uint>(message[8..]);

        public int Receive(Span<byte> buffer)
        {
            byte[]? datagram = [36, 0, 0, 0, 2, 0, 0, 0, .. new byte[28]];
            if (!_ack && !_datagrams.TryDequeue(out datagram))
                return 0;
            _ack = false;
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
