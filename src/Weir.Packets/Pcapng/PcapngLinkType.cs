namespace Weir.Packets.Pcapng;

/// <summary>What the packets of a capture begin with: the numbers of https://www.tcpdump.org/linktypes.html.</summary>
public enum PcapngLinkType : ushort
{
    LINKTYPE_ETHERNET = 1,

    /// <summary>IPv4 or IPv6, told apart by the version field.</summary>
    LINKTYPE_RAW = 101,
}

/// <summary>The lowest two bits of the option epb_flags.</summary>
public enum PcapngDirection : byte
{
    Unknown = 0,
    Inbound = 1,
    Outbound = 2,
}
