namespace Weir.TcpIp.Udp;

/// <summary>What a UDP socket is bound to.</summary>
public sealed record UdpSocketOptions
{
    /// <summary>An own address; null: any, of both families.</summary>
    public UInt128? LocalAddress { get; init; }

    /// <summary>0: a free one is chosen, unless <see cref="AnyPort"/>.</summary>
    public ushort LocalPort { get; init; }

    /// <summary>With <see cref="RemotePort"/>: only what this end sends is received, and <see cref="UdpSocket.Send"/> sends there.</summary>
    public UInt128? RemoteAddress { get; init; }

    public ushort RemotePort { get; init; }

    /// <summary>Datagrams to foreign addresses are received too, where the interface is transparent; answers go out from the address that was asked.</summary>
    public bool Transparent { get; init; }

    /// <summary>With <see cref="Transparent"/>: all ports that no other socket has.</summary>
    public bool AnyPort { get; init; }

    /// <summary>Bytes of datagrams that may wait; what comes above is dropped. The default is net.core.rmem_default.</summary>
    public int ReceiveBytes { get; init; } = 212_992;

    /// <summary>The most datagrams that may wait: a power of 2.</summary>
    public int ReceivePackets { get; init; } = 1024;

    /// <summary>Fail with <see cref="Ip.IpSendResult.TooLong"/> rather than fragment.</summary>
    public bool DontFragment { get; init; }

    /// <summary>0: 64; 1 for multicast.</summary>
    public byte HopLimit { get; init; }
}
