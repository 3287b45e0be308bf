namespace Weir.Netlink.Protocol;

/// <summary>Where netlink messages go and come from: the kernel's socket, or a test's recorded kernel.</summary>
public interface INetlinkTransport : IDisposable
{
    /// <summary>The port id that the kernel gave the socket; it stands in every answer.</summary>
    uint PortId { get; }

    /// <summary>Sends one datagram of one or more messages.</summary>
    void Send(ReadOnlySpan<byte> message);

    /// <summary>Receives one datagram of the kernel's, whole.</summary>
    /// <returns>Its length; 0 when there is none and none will come.</returns>
    int Receive(Span<byte> buffer);

    /// <summary>Receives one datagram of those that are there already.</summary>
    /// <returns>Its length; 0 when there is none now.</returns>
    int ReceiveNow(Span<byte> buffer) => Receive(buffer);

    /// <summary>Makes room for one large send and for all of its answers, where the process may.</summary>
    void Reserve(int sendBytes, int receiveBytes)
    {
    }
}
