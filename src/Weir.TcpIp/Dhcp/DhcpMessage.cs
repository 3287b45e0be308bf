using Weir.Packets;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Dhcp;

/// <summary>Option 53, RFC 2132 9.6.</summary>
internal enum DhcpMessageType : byte
{
    None = 0,
    DHCPDISCOVER = 1,
    DHCPOFFER = 2,
    DHCPREQUEST = 3,
    DHCPDECLINE = 4,
    DHCPACK = 5,
    DHCPNAK = 6,
    DHCPRELEASE = 7,
}

/// <summary>What a client sends: RFC 2131 2 and table 5.</summary>
/// <remarks>
/// <code>
/// op 1 | Ethernet 1 | address length 6 | hops 0 | xid (4) | seconds (2) | flags (2) | ciaddr (4) | yiaddr, siaddr, giaddr (12) | chaddr (16)
/// server's name (64) | file (128) | magic cookie (4) | options: type (1), length (1), value; 255
/// </code>
/// </remarks>
internal ref struct DhcpWriter
{
    /// <summary>RFC 1542 2.1: no relay agent drops one of this size.</summary>
    public const int Size = 300;

    private const ushort Broadcast = 0x8000;

    private readonly Span<byte> _bytes;
    private int _written = DhcpReply.OptionsAt;

    public DhcpWriter(Span<byte> bytes, DhcpMessageType type, uint xid, ushort seconds, MacAddress mac, uint client)
    {
        _bytes = bytes[..Size];
        _bytes.Clear();
        (_bytes[0], _bytes[1], _bytes[2]) = (1, 1, 6);
        WriteUInt32BigEndian(_bytes[4..], xid);
        WriteUInt16BigEndian(_bytes[8..], seconds);

        // RFC 2131 4.1: who has no address yet can't be told by unicast.
        WriteUInt16BigEndian(_bytes[10..], client == 0 ? Broadcast : (ushort)0);
        WriteUInt32BigEndian(_bytes[12..], client);
        mac.WriteTo(_bytes[28..]);
        WriteUInt32BigEndian(_bytes[DhcpReply.CookieAt..], DhcpReply.Cookie);
        Write(DhcpOption.MessageType, [(byte)type]);
    }

    public void Write(DhcpOption option, scoped ReadOnlySpan<byte> value)
    {
        _bytes[_written] = (byte)option;
        _bytes[_written + 1] = (byte)value.Length;
        value.CopyTo(_bytes[(_written + 2)..]);
        _written += 2 + value.Length;
    }

    public void WriteAddress(DhcpOption option, UInt128 address)
    {
        Span<byte> value = stackalloc byte[4];
        WriteUInt32BigEndian(value, (uint)address);
        Write(option, value);
    }

    public readonly ReadOnlySpan<byte> Finish()
    {
        _bytes[_written] = (byte)DhcpOption.End;
        return _bytes;
    }
}

/// <summary>RFC 2132.</summary>
internal enum DhcpOption : byte
{
    Pad = 0,
    SubnetMask = 1,
    Router = 3,
    NameServers = 6,
    RequestedAddress = 50,
    LeaseTime = 51,
    Overload = 52,
    MessageType = 53,
    Server = 54,
    ParameterList = 55,
    RenewalTime = 58,
    RebindingTime = 59,
    End = 255,
}
