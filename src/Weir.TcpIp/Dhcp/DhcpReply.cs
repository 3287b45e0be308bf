using System.Numerics;
using Weir.Packets;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Dhcp;

/// <summary>What a server says: RFC 2131 2, with the options that mean something here.</summary>
internal sealed class DhcpReply
{
    public const int CookieAt = 236;
    public const int OptionsAt = 240;
    public const uint Cookie = 0x6382_5363;

    private const int NameAt = 44;
    private const int FileAt = 108;
    private const int MaxNameServers = 8;

    public DhcpMessageType Type { get; private set; }

    /// <summary>yiaddr.</summary>
    public UInt128 Address { get; private init; }

    /// <summary>-1: not said.</summary>
    public int PrefixLength { get; private set; } = -1;

    /// <summary>0: not said, as of all that follow.</summary>
    public UInt128 Router { get; private set; }

    public UInt128 Server { get; private set; }

    public List<UInt128> NameServers { get; } = [];

    /// <summary>Seconds.</summary>
    public uint LeaseTime { get; private set; }

    /// <summary>T1, in seconds.</summary>
    public uint RenewalTime { get; private set; }

    /// <summary>T2, in seconds.</summary>
    public uint RebindingTime { get; private set; }

    /// <summary>Null: it is not for this client and this exchange, or broken.</summary>
    public static DhcpReply? Read(ReadOnlySpan<byte> bytes, uint xid, MacAddress mac)
    {
        if (bytes.Length < OptionsAt || bytes[0] != 2 || bytes[1] != 1 || bytes[2] != 6 || ReadUInt32BigEndian(bytes[4..]) != xid
            || MacAddress.Read(bytes[28..]) != mac || ReadUInt32BigEndian(bytes[CookieAt..]) != Cookie)
        {
            return null;
        }

        var reply = new DhcpReply { Address = IpAddressBits.FromIpv4(ReadUInt32BigEndian(bytes[16..])) };
        byte overload = 0;
        if (!reply.TryReadOptions(bytes[OptionsAt..], ref overload))
            return null;

        // RFC 2132 9.3: where options did not fit they go on in the fields for a boot file and a server's name. They say no more of that kind.
        byte ignored = 0;
        if ((overload & 1) != 0 && !reply.TryReadOptions(bytes[FileAt..CookieAt], ref ignored))
            return null;
        if ((overload & 2) != 0 && !reply.TryReadOptions(bytes[NameAt..FileAt], ref ignored))
            return null;
        return reply.Type == DhcpMessageType.None ? null : reply;
    }

    private bool TryReadOptions(ReadOnlySpan<byte> options, ref byte overload)
    {
        while (!options.IsEmpty && options[0] != (byte)DhcpOption.End)
        {
            if (options[0] == (byte)DhcpOption.Pad)
            {
                options = options[1..];
                continue;
            }

            if (options.Length < 2 || options.Length < 2 + options[1])
                return false;
            ReadOnlySpan<byte> value = options.Slice(2, options[1]);
            if ((DhcpOption)options[0] == DhcpOption.Overload && value.Length == 1)
                overload = value[0];
            else
                Take((DhcpOption)options[0], value);
            options = options[(2 + value.Length)..];
        }

        return true;
    }

    /// <summary>What has a length that it can't have is as good as not said.</summary>
    private void Take(DhcpOption option, ReadOnlySpan<byte> value)
    {
        if (option == DhcpOption.MessageType && value.Length == 1)
            Type = (DhcpMessageType)value[0];
        if (value.Length < 4 || (value.Length & 3) != 0)
            return;
        uint first = ReadUInt32BigEndian(value);
        switch (option)
        {
            case DhcpOption.SubnetMask:
                int length = BitOperations.LeadingZeroCount(~first);
                PrefixLength = length > 0 && first == uint.MaxValue << (32 - length) ? length : -1;
                break;
            case DhcpOption.Router:
                Router = IpAddressBits.FromIpv4(first);
                break;
            case DhcpOption.Server:
                Server = IpAddressBits.FromIpv4(first);
                break;
            case DhcpOption.NameServers:
                for (int at = 0; at < value.Length && NameServers.Count < MaxNameServers; at += 4)
                    NameServers.Add(IpAddressBits.FromIpv4(ReadUInt32BigEndian(value[at..])));
                break;
            case DhcpOption.LeaseTime:
                LeaseTime = first;
                break;
            case DhcpOption.RenewalTime:
                RenewalTime = first;
                break;
            case DhcpOption.RebindingTime:
                RebindingTime = first;
                break;
        }
    }
}
