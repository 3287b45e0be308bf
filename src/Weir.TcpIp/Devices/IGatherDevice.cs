namespace Weir.TcpIp.Devices;

/// <summary>A device that takes a payload from where it lies, so that it is not copied into the device's memory first.</summary>
public interface IGatherDevice : IDevice
{
    /// <summary>Payloads of so many bytes and more are worth it.</summary>
    int GatherFrom { get; }

    /// <summary>Sends the first <paramref name="length"/> bytes of the buffer that was rented last, and behind them a payload in two pieces.</summary>
    void Send(int length, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, in PacketOffload offload);
}
