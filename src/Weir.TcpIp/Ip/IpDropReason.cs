namespace Weir.TcpIp.Ip;

/// <summary>Why a packet went no further. Each is counted, see <see cref="NetworkStack.Dropped"/>.</summary>
public enum IpDropReason : byte
{
    None,
    /// <summary>The bytes are no packet: a header or a length is wrong.</summary>
    Malformed,
    /// <summary>Neither IPv4, IPv6 nor ARP.</summary>
    UnknownEtherType,
    /// <summary>The frame is for another Ethernet address.</summary>
    NotOurMac,
    HeaderChecksumWrong,
    TransportChecksumWrong,
    /// <summary>The source address can't be one, or is our own; or the destination can't be one on a wire.</summary>
    MartianSource,
    /// <summary>The destination is not ours, and this interface is neither transparent nor forwarding.</summary>
    NotOurAddress,
    /// <summary>A source route (IPv4 options, IPv6 routing header) or another option that must not be ignored.</summary>
    OptionRefused,
    /// <summary>Nobody here speaks the protocol.</summary>
    UnknownProtocol,
    /// <summary>Nobody has the UDP port.</summary>
    UnknownPort,
    /// <summary>The socket's queue is full.</summary>
    SocketQueueFull,
    FragmentMalformed,
    /// <summary>RFC 5722: fragments that overlap spoil the whole packet.</summary>
    FragmentOverlap,
    /// <summary>The rest of the packet did not come in time, or others needed the room.</summary>
    FragmentsIncomplete,
    /// <summary>The hop limit ended here.</summary>
    HopLimitExceeded,
    NoRoute,
    /// <summary>Larger than the next link, and must not be fragmented.</summary>
    TooBig,
    /// <summary>The device had no room.</summary>
    DeviceFull,
    /// <summary>The neighbor did not answer, or too many packets waited for its answer.</summary>
    NeighborUnreachable,
    /// <summary>An ARP or neighbor discovery message that breaks its rules.</summary>
    NeighborMessageInvalid,
    /// <summary>An ICMP message that is not for us, or quotes nothing of ours.</summary>
    IcmpIgnored,
    /// <summary>An ICMP message that was not sent: too many, or the rules forbid an answer.</summary>
    IcmpSuppressed,
}
