using Weir.TcpIp.Devices;

namespace Weir.Stack.Devices;

/// <summary>A device that a stack's own thread reads and waits at.</summary>
/// <remarks>Everything is called by that thread alone, but for <see cref="Wake"/>, which any thread may call.</remarks>
public interface IPacketPort : IDevice, IDisposable
{
    /// <summary>Takes the next packet (frame on Ethernet), if there is one. It may be changed, and is valid until the next call. An empty one is passed over.</summary>
    /// <returns>False: there is none now.</returns>
    bool TryReceive(out Span<byte> packet, out PacketOffload offload);

    /// <summary>Waits for a packet, for <see cref="Wake"/>, or until the time is over; may also return early.</summary>
    /// <param name="timeout">Null: for ever.</param>
    void Wait(TimeSpan? timeout);

    /// <summary>Ends the wait, or the next one when there is none.</summary>
    void Wake();
}
