using System.Buffers;

namespace Weir.TcpIp.Devices;

/// <summary>A bad link in front of another device: loses, repeats, reorders, delays, damages and slows down what is sent. The same seed does the same.</summary>
/// <remarks>
/// It has no clock: packets leave at <see cref="Advance"/>, which is to be called with the time before packets are sent and at <see cref="NextDeadline"/>.
/// A packet whose time has come and for which the device behind has no room waits on. Only what is sent is treated: a link that is bad both
/// ways has one at each end. A packet with a partial checksum that is to be damaged is lost instead: the end of a real link would have
/// computed the checksum first and found the damage.
/// </remarks>
public sealed class LossyDevice(IDevice inner, LinkConditions conditions, ulong seed) : IDevice
{
    private readonly PriorityQueue<Held, (TimeSpan Due, long Order)> _held = new();
    private readonly SplitMix64 _random = new(seed);
    private byte[] _rented = [];
    private int _rentedLength;
    private TimeSpan _now;
    private TimeSpan _linkFree;
    private TimeSpan _lastDue;
    private long _order;
    private int _heldBytes;

    public DeviceCapabilities Capabilities => inner.Capabilities;

    /// <summary>May be changed at any time, for the packets that are sent from then on.</summary>
    public LinkConditions Conditions { get; set; } = conditions;

    public long Sent { get; private set; }

    public long Lost { get; private set; }

    public long Duplicated { get; private set; }

    public long Reordered { get; private set; }

    public long Corrupted { get; private set; }

    /// <summary>When the next packet comes through; null: none is on its way.</summary>
    public TimeSpan? NextDeadline => _held.TryPeek(out _, out (TimeSpan Due, long Order) next) ? next.Due : null;

    public Span<byte> Rent(int length)
    {
        if (_rented.Length < length)
            _rented = new byte[length];
        _rentedLength = length;
        return _rented.AsSpan(0, length);
    }

    public void Send(int length, in PacketOffload offload)
    {
        if (length > _rentedLength)
            throw new InvalidOperationException($"{length} bytes are sent, but {_rentedLength} were rented");
        _rentedLength = 0;
        Sent++;
        Span<byte> packet = _rented.AsSpan(0, length);
        if (_random.Chance(Conditions.Loss))
        {
            Lost++;
            return;
        }

        if (_random.Chance(Conditions.Corruption))
        {
            Corrupted++;
            if (offload.ChecksumPartial)
                return;
            packet[(int)_random.Below((uint)length)] ^= (byte)(1 << (int)_random.Below(8));
        }

        bool twice = _random.Chance(Conditions.Duplication);
        Hold(packet, offload);
        if (twice)
        {
            Duplicated++;
            Hold(packet, offload);
        }
    }

    /// <summary>Passes on what has arrived by now.</summary>
    public void Advance(TimeSpan now)
    {
        _now = now;
        while (_held.TryPeek(out Held held, out (TimeSpan Due, long Order) at) && at.Due <= now)
        {
            Span<byte> buffer = inner.Rent(held.Length);
            if (buffer.IsEmpty)
                return;
            held.Bytes.AsSpan(0, held.Length).CopyTo(buffer);
            inner.Send(held.Length, held.Offload);
            ArrayPool<byte>.Shared.Return(held.Bytes);
            _heldBytes -= held.Length;
            _held.Dequeue();
        }
    }

    private void Hold(ReadOnlySpan<byte> packet, in PacketOffload offload)
    {
        if (_heldBytes + packet.Length > Conditions.QueueBytes)
        {
            Lost++;
            return;
        }

        byte[] copy = ArrayPool<byte>.Shared.Rent(packet.Length);
        packet.CopyTo(copy);
        _heldBytes += packet.Length;
        _held.Enqueue(new Held(copy, packet.Length, offload), (Due(packet.Length), _order++));
    }

    private TimeSpan Due(int length)
    {
        TimeSpan start = _now;
        if (Conditions.BitsPerSecond > 0)
        {
            start = _linkFree > _now ? _linkFree : _now;
            start += TimeSpan.FromTicks(length * 8L * TimeSpan.TicksPerSecond / Conditions.BitsPerSecond);
            _linkFree = start;
        }

        TimeSpan due = start + Conditions.Delay + TimeSpan.FromTicks((long)(_random.NextDouble() * Conditions.Jitter.Ticks));
        if (_random.Chance(Conditions.Reordering))
        {
            Reordered++;
            return due + Conditions.ReorderDelay;
        }

        _lastDue = due > _lastDue ? due : _lastDue;
        return _lastDue;
    }

    private readonly record struct Held(byte[] Bytes, int Length, PacketOffload Offload);
}
