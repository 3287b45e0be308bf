using Weir.Packets;
using Weir.TcpIp.Ip;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Icmp;

/// <summary>An answer to <see cref="IcmpLayer.SendEcho"/>.</summary>
/// <param name="Source">Who answered.</param>
/// <param name="Identifier">As it was asked.</param>
/// <param name="Sequence">As it was asked.</param>
/// <param name="Length">Bytes of data that came back.</param>
/// <param name="HopLimit">Of the answer.</param>
/// <param name="Arrival">When.</param>
public readonly record struct EchoReply(UInt128 Source, ushort Identifier, ushort Sequence, int Length, byte HopLimit, TimeSpan Arrival);

/// <summary>The last echo replies, until somebody takes them. When nobody does the oldest go.</summary>
internal sealed class EchoReplies
{
    private const int Most = 64;
    private readonly EchoReply[] _ring = new EchoReply[Most];
    private uint _head;
    private uint _tail;

    public void Add(in Arrived arrived, ReadOnlySpan<byte> message)
    {
        if (_tail - _head == Most)
            _head++;
        _ring[_tail++ % Most] = new EchoReply(
            arrived.Source,
            ReadUInt16BigEndian(message[4..]),
            ReadUInt16BigEndian(message[6..]),
            message.Length - IcmpHeader.Size,
            arrived.HopLimit,
            arrived.Input.Stack.Now);
    }

    public bool TryTake(out EchoReply reply)
    {
        reply = default;
        if (_head == _tail)
            return false;
        reply = _ring[_head++ % Most];
        return true;
    }
}
