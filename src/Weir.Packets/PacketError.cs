namespace Weir.Packets;

/// <summary>Why bytes were not accepted as a packet. Each is also a drop reason of the enforcer.</summary>
/// <remarks>
/// Named by what is wrong: <c>TooShort</c>: the bytes end inside the fixed header; <c>Below</c>: a length field promises less than the
/// header itself; <c>Beyond</c>: a length field promises more than is there. <see cref="PacketErrorText"/> says the same for people.
/// Add members at the end: the numbers are stored.
/// </remarks>
public enum PacketError : byte
{
    None,

    EthernetTooShort,
    VlanTagTooShort,
    VlanTagsTooMany,

    ArpTooShort,
    ArpNotEthernetIpv4,

    Ipv4TooShort,
    Ipv4VersionWrong,
    Ipv4HeaderLengthBelowMinimum,
    Ipv4HeaderBeyondFrame,
    Ipv4LengthBelowHeader,
    Ipv4LengthBeyondFrame,
    Ipv4FragmentBeyondMaximum,
    Ipv4OptionTooShort,
    Ipv4OptionLengthBelowMinimum,
    Ipv4OptionBeyondHeader,

    Ipv6TooShort,
    Ipv6VersionWrong,
    Ipv6LengthBeyondFrame,
    Ipv6ExtensionTooShort,
    Ipv6ExtensionBeyondPacket,
    Ipv6ExtensionChainTooLong,
    Ipv6HopByHopNotFirst,
    Ipv6AuthenticationHeaderBelowMinimum,
    Ipv6FragmentBeyondMaximum,

    TcpTooShort,
    TcpDataOffsetBelowHeader,
    TcpDataOffsetBeyondPacket,
    TcpOptionTooShort,
    TcpOptionLengthBelowMinimum,
    TcpOptionBeyondHeader,
    TcpOptionLengthWrong,

    UdpTooShort,
    UdpLengthBelowHeader,
    UdpLengthBeyondPacket,

    IcmpTooShort,
    IcmpNotAnError,
    IcmpQuoteNotIp,
    IcmpQuoteTooShort,

    DnsTooShort,
    DnsNameTooShort,
    DnsNameTooLong,
    DnsLabelTypeUnknown,
    DnsPointerNotBackward,
    DnsPointersTooMany,
    DnsQuestionTooShort,
    DnsRecordTooShort,
    DnsRecordBeyondMessage,
    DnsRecordLengthWrong,

    TlsTooShort,
    TlsRecordTooLong,
    TlsRecordBeyondBytes,
}
