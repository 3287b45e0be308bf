namespace Weir.TcpIp.Tcp;

/// <summary>RFC 3168, as net.ipv4.tcp_ecn has it.</summary>
public enum EcnMode : byte
{
    Off,
    /// <summary>Used when the peer asks for it.</summary>
    Accept,
    /// <summary>Asked for on our own SYN too.</summary>
    Request,
}
