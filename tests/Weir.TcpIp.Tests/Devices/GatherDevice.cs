using Weir.TcpIp.Devices;

namespace Weir.TcpIp.Tests.Devices;

/// <summary>Takes large payloads from where they lie, and puts them behind their header for a device that can't.</summary>
internal sealed class GatherDevice(IDevice inner) : IGatherDevice
{
    private readonly byte[] _packet = new byte[70_000];

    public int Gathered { get; private set; }

    /// <summary>Payloads whose second piece began at an odd place.</summary>
    public int CutOdd { get; private set; }

    public DeviceCapabilities Capabilities => inner.Capabilities;

    public int GatherFrom => 4096;

    public Span<byte> Rent(int length) => inner.Rent(length).IsEmpty ? default : _packet.AsSpan(0, length);

    public void Send(int length, in PacketOffload offload)
    {
        _packet.AsSpan(0, length).CopyTo(inner.Rent(length));
        inner.Send(length, offload);
    }

    public void Send(int length, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, in PacketOffload offload)
    {
        Gathered++;
        CutOdd += (first.Length & 1) == 1 && !second.IsEmpty ? 1 : 0;
        first.CopyTo(_packet.AsSpan(length));
        second.CopyTo(_packet.AsSpan(length + first.Length));
        length += first.Length + second.Length;

        // What the link has no room for is lost, as on any other.
        if (!inner.Rent(length).IsEmpty)
            Send(length, offload);
    }
}
