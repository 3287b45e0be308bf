using Weir.Stack.Devices;
using Weir.TcpIp.Devices;

namespace Weir.Kernel.Tests.Stack;

/// <summary>A port whose packets are lost, doubled, swapped with the next one or have a bit turned, in both directions and by a seed.</summary>
internal sealed class BadWire(IPacketPort port, int seed) : IPacketPort
{
    private readonly Random _random = new(seed);
    private readonly byte[] _late = new byte[65600], _now = new byte[65600];
    private int _lateLength, _again;
    private byte[] _twice = [];

    internal double Loss { get; init; }

    internal double Duplicates { get; init; }

    internal double Swaps { get; init; }

    internal double Corruption { get; init; }

    internal int Harmed { get; private set; }

    public DeviceCapabilities Capabilities => port.Capabilities;

    public Span<byte> Rent(int length) => _now.AsSpan(0, length);

    public void Send(int length, in PacketOffload offload)
    {
        var packet = _now.AsSpan(0, length);
        if (Happens(Loss))
            return;
        Corrupt(packet);
        if (_lateLength == 0 && Happens(Swaps))
        {
            packet.CopyTo(_late);
            _lateLength = length;
            return;
        }

        Pass(packet);
        if (Happens(Duplicates))
            Pass(packet);
        if (_lateLength == 0)
            return;
        Pass(_late.AsSpan(0, _lateLength));
        _lateLength = 0;
    }

    public bool TryReceive(out Span<byte> packet, out PacketOffload offload)
    {
        if (_again > 0)
        {
            packet = _twice.AsSpan(0, _again);
            offload = default;
            _again = 0;
            return true;
        }

        if (!port.TryReceive(out packet, out offload))
            return false;
        if (Happens(Loss))
        {
            packet = default;
            return true;
        }

        Corrupt(packet);
        if (Happens(Duplicates))
        {
            _twice = packet.ToArray();
            _again = packet.Length;
        }

        return true;
    }

    public void Wait(TimeSpan? timeout) => port.Wait(timeout);

    public void Wake() => port.Wake();

    public void Dispose() => port.Dispose();

    private void Pass(ReadOnlySpan<byte> packet)
    {
        packet.CopyTo(port.Rent(packet.Length));
        port.Send(packet.Length, default);
    }

    private void Corrupt(Span<byte> packet)
    {
        if (Happens(Corruption))
            packet[_random.Next(packet.Length)] ^= (byte)(1 << _random.Next(8));
    }

    private bool Happens(double probability)
    {
        if (probability <= 0 || _random.NextDouble() >= probability)
            return false;
        Harmed++;
        return true;
    }
}
