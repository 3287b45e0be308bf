namespace Weir.TcpIp.Devices;

/// <summary>Where a stack's packets go out. What comes in is handed to the stack by whoever reads the device.</summary>
/// <remarks>A packet is written once, into the device's own memory: rent, write, send. A device belongs to one stack and its thread.</remarks>
public interface IDevice
{
    DeviceCapabilities Capabilities { get; }

    /// <summary>A buffer of exactly <paramref name="length"/> bytes for one packet (frame on Ethernet), valid until <see cref="Send"/> or the next rent. Empty: there is no room now.</summary>
    /// <remarks>Renting the same length again before a send gives the same memory, with what was written to it.</remarks>
    Span<byte> Rent(int length);

    /// <summary>Sends the first <paramref name="length"/> bytes of the buffer that was rented last.</summary>
    void Send(int length, in PacketOffload offload);
}
