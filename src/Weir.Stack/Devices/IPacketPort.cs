using Weir.TcpIp.Devices;

namespace Weir.Stack.Devices;

/// <summary>A device that a stack's own thread reads and waits at.</summary>
/// <remarks>
/// One thread at a time sends and receives: that one, or another that wrote to a stream. The stack's own waits, and others may send meanwhile. <see cref="Wake"/>
/// may be called by any thread at any time.
/// </remarks>
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
