namespace Weir.TcpIp.Tcp;

/// <summary>Other layers that have the same addresses, and between which somebody spreads what comes in without knowing whose a connection is: a kernel over the queues of a device.</summary>
/// <remarks>
/// Connections that were accepted are where their SYN came. Those that a layer has opened are found by their local port: each layer has
/// ports of its own, and passes on what comes for another's.
/// </remarks>
public interface ITcpSiblings
{
    /// <summary>Whether this layer may open connections from a port.</summary>
    bool IsOwnPort(ushort localPort);

    /// <summary>A segment for no connection and no listener here. It is valid during the call.</summary>
    /// <returns>False: it is this layer's to answer.</returns>
    bool TryPass(in SegmentArrival arrival, ReadOnlySpan<byte> segment, ushort localPort);

    /// <summary>An ICMP error about no connection here.</summary>
    void Pass(in TcpIcmpError error);
}
