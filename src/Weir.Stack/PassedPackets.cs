using System.Buffers;
using Weir.TcpIp;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Tcp;

namespace Weir.Stack;

/// <summary>What other loops have for this one: segments and ICMP errors of connections that it has opened, frames that are for all. Any thread adds, the loop's takes.</summary>
/// <param name="pool">Where the copies come from and go.</param>
internal sealed class PassedPackets(ArrayPool<byte> pool)
{
    /// <summary>More are dropped: whoever misses one sends it again.</summary>
    internal const int MostWaiting = 1024;

    private readonly Queue<Passed> _waiting = new();
    private volatile bool _hasSome;

    private enum PassedKind
    {
        Segment,
        Error,
        Frame,
    }

    internal void AddSegment(in SegmentArrival arrival, ReadOnlySpan<byte> segment) =>
        Add(new Passed { Kind = PassedKind.Segment, Arrival = arrival }, segment);

    internal void AddError(in TcpIcmpError error) => Add(new Passed { Kind = PassedKind.Error, Error = error }, []);

    internal void AddFrame(ReadOnlySpan<byte> frame, in PacketOffload offload) =>
        Add(new Passed { Kind = PassedKind.Frame, Offload = offload }, frame);

    /// <summary>Gives all that waits to a stack, whose loop's gate is held; false: there was nothing.</summary>
    internal bool Deliver(NetworkStack stack, int interfaceIndex, TimeSpan now)
    {
        if (!_hasSome)
            return false;
        while (TryTake(out var next))
        {
            switch (next.Kind)
            {
                case PassedKind.Segment:
                    stack.Tcp.Receive(next.Arrival, next.Bytes.AsSpan(0, next.Length), now);
                    break;
                case PassedKind.Error:
                    stack.Tcp.ReceiveError(next.Error, now);
                    break;
                default:
                    stack.Receive(interfaceIndex, next.Bytes.AsSpan(0, next.Length), next.Offload, now);
                    break;
            }

            if (next.Bytes is { Length: > 0 } copy)
                pool.Return(copy);
        }

        return true;
    }

    private void Add(in Passed passed, ReadOnlySpan<byte> bytes)
    {
        lock (_waiting)
        {
            // Looked at first: what is dropped is not copied.
            if (_waiting.Count == MostWaiting)
                return;
            var copy = bytes.IsEmpty ? [] : pool.Rent(bytes.Length);
            bytes.CopyTo(copy);
            _waiting.Enqueue(passed with { Bytes = copy, Length = bytes.Length });
            _hasSome = true;
        }
    }

    private bool TryTake(out Passed next)
    {
        lock (_waiting)
        {
            _hasSome = _waiting.TryDequeue(out next);
            return _hasSome;
        }
    }

    private readonly struct Passed
    {
        internal PassedKind Kind { get; init; }

        internal SegmentArrival Arrival { get; init; }

        internal TcpIcmpError Error { get; init; }

        internal PacketOffload Offload { get; init; }

        internal byte[] Bytes { get; init; }

        internal int Length { get; init; }
    }
}
