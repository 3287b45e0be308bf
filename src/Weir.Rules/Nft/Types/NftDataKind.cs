namespace Weir.Rules.Nft.Types;

/// <summary>How a type's values are written.</summary>
public enum NftDataKind : byte
{
    /// <summary>A number, or one of the type's symbols.</summary>
    Integer,

    /// <summary>Bits with names; a list of them is their sum.</summary>
    Bitmask,

    /// <summary>A number, written in hexadecimal with all digits: a mark.</summary>
    Hexadecimal,

    /// <summary>A number, written in hexadecimal without leading zeros: raw bits of a packet.</summary>
    Raw,

    IPv4,

    IPv6,

    Ethernet,

    /// <summary>A string in 16 bytes, filled up with zeros.</summary>
    Text,

    /// <summary>The index of a link, written as its name.</summary>
    Link,

    /// <summary>A traffic control class, <c>major:minor</c>.</summary>
    ClassId,

    User,

    Group,

    Service,

    /// <summary>A time in milliseconds.</summary>
    Time,

    Verdict,

    /// <summary>A time of day or a date, which depend on the host's time zone; not written here.</summary>
    Clock,
}
