using System.Buffers.Binary;
using System.Net;

namespace Weir.Netlink.Nftables;

/// <summary>A packet's headers in nft's words, as far as a trace event has them. Bytes of no known header stand as <c>@th,64,96 0x...</c>.</summary>
internal static class NftPacketText
{
    private const ushort Ethernet = 1;
    private const int EthernetSize = 14, Ip4Size = 20, Ip6Size = 40, TcpSize = 20, UdpSize = 8, IcmpSize = 8;
    private const byte Icmp = 1, Tcp = 6, Udp = 17, Icmp6 = 58;

    private static readonly Dictionary<int, string> Dscp = new()
    {
        [0x00] = "cs0", [0x08] = "cs1", [0x10] = "cs2", [0x18] = "cs3", [0x20] = "cs4", [0x28] = "cs5", [0x30] = "cs6", [0x38] = "cs7", [0x01] = "lephb",
        [0x0a] = "af11", [0x0c] = "af12", [0x0e] = "af13", [0x12] = "af21", [0x14] = "af22", [0x16] = "af23", [0x1a] = "af31", [0x1c] = "af32", [0x1e] = "af33",
        [0x22] = "af41", [0x24] = "af42", [0x26] = "af43", [0x2c] = "va", [0x2e] = "ef",
    };

    private static readonly string[] Ecn = ["not-ect", "ect1", "ect0", "ce"];

    private static readonly Dictionary<byte, string> Protocols = new()
    {
        [1] = "icmp", [2] = "igmp", [6] = "tcp", [17] = "udp", [33] = "dccp", [41] = "ipv6", [47] = "gre", [50] = "esp", [51] = "ah", [58] = "ipv6-icmp",
        [89] = "ospf", [108] = "comp", [132] = "sctp", [136] = "udplite",
    };

    private static readonly Dictionary<byte, string> IcmpTypes = new()
    {
        [0] = "echo-reply", [3] = "destination-unreachable", [4] = "source-quench", [5] = "redirect", [8] = "echo-request", [9] = "router-advertisement",
        [10] = "router-solicitation", [11] = "time-exceeded", [12] = "parameter-problem", [13] = "timestamp-request", [14] = "timestamp-reply",
        [15] = "info-request", [16] = "info-reply", [17] = "address-mask-request", [18] = "address-mask-reply",
    };

    private static readonly Dictionary<byte, string> IcmpCodes = new()
    {
        [0] = "net-unreachable", [1] = "host-unreachable", [2] = "prot-unreachable", [3] = "port-unreachable", [4] = "frag-needed",
        [9] = "net-prohibited", [10] = "host-prohibited", [13] = "admin-prohibited",
    };

    private static readonly Dictionary<byte, string> Icmp6Types = new()
    {
        [1] = "destination-unreachable", [2] = "packet-too-big", [3] = "time-exceeded", [4] = "parameter-problem", [128] = "echo-request", [129] = "echo-reply",
        [130] = "mld-listener-query", [131] = "mld-listener-report", [132] = "mld-listener-done", [133] = "nd-router-solicit", [134] = "nd-router-advert",
        [135] = "nd-neighbor-solicit", [136] = "nd-neighbor-advert", [137] = "nd-redirect", [138] = "router-renumbering", [141] = "ind-neighbor-solicit",
        [142] = "ind-neighbor-advert", [143] = "mld2-listener-report",
    };

    private static readonly Dictionary<byte, string> Icmp6Codes = new()
    {
        [0] = "no-route", [1] = "admin-prohibited", [3] = "addr-unreachable", [4] = "port-unreachable", [5] = "policy-fail", [6] = "reject-route",
    };

    private static readonly Dictionary<byte, string> TcpFlags = new()
    {
        [1] = "fin", [2] = "syn", [4] = "rst", [8] = "psh", [16] = "ack", [32] = "urg", [64] = "ecn", [128] = "cwr",
    };

    internal static string Packet(NftTrace trace, Func<uint, string?>? linkName)
    {
        var words = new List<string>();
        if (trace.InputLink is { } input)
            words.Add($"iif {Link(input, linkName)}");
        if (trace.OutputLink is { } output)
            words.Add($"oif {Link(output, linkName)}");
        LinkLayer(trace, words);
        var protocol = Network(trace, words);
        Transport(protocol, trace.TransportHeader.Span, words);
        return string.Join(' ', words);
    }

    private static string Link(uint index, Func<uint, string?>? linkName) => linkName?.Invoke(index) is { } name ? $"\"{name}\"" : $"{index}";

    private static void LinkLayer(NftTrace trace, List<string> words)
    {
        var header = trace.LinkLayerHeader.Span;
        if (header.IsEmpty)
            return;
        if ((trace.InputLinkType ?? trace.OutputLinkType) != Ethernet || header.Length < EthernetSize)
        {
            words.Add(Raw("ll", 0, header));
            return;
        }

        words.Add($"ether saddr {Mac(header[6..])}");
        words.Add($"ether daddr {Mac(header)}");
    }

    /// <returns>The protocol of what follows; null when it is not known.</returns>
    private static byte? Network(NftTrace trace, List<string> words)
    {
        var header = trace.NetworkHeader.Span;
        if (header.IsEmpty)
            return null;
        // A trace says the packet's family only where the table's does not.
        return (trace.Protocol ?? trace.Family, header.Length) switch
        {
            (NftFamily.Ip, >= Ip4Size) => Ip4(trace.Family, header, words),
            (NftFamily.Ip6, >= Ip6Size) => Ip6(trace.Family, header, words),
            _ => Unknown(header, words),
        };
    }

    private static byte? Unknown(ReadOnlySpan<byte> header, List<string> words)
    {
        words.Add(Raw("nh", 0, header));
        return null;
    }

    private static byte Ip4(NftFamily table, ReadOnlySpan<byte> header, List<string> words)
    {
        var protocol = header[9];
        words.Add($"ip saddr {new IPAddress(header.Slice(12, 4))} ip daddr {new IPAddress(header.Slice(16, 4))}");
        words.Add($"ip dscp {DscpName(header[1] >> 2)} ip ecn {Ecn[header[1] & 3]} ip ttl {header[8]} ip id {UInt16(header, 4)}");
        // A table of one family shows the protocol only where the next header does not say it.
        if (table != NftFamily.Ip || protocol is not (Icmp or Tcp or Udp))
            words.Add($"ip protocol {Protocol(protocol)}");
        words.Add($"ip length {UInt16(header, 2)}");
        return protocol;
    }

    private static byte Ip6(NftFamily table, ReadOnlySpan<byte> header, List<string> words)
    {
        var next = header[6];
        var trafficClass = UInt16(header, 0) >> 4 & 0xff;
        words.Add($"ip6 saddr {new IPAddress(header.Slice(8, 16))} ip6 daddr {new IPAddress(header.Slice(24, 16))}");
        words.Add($"ip6 dscp {DscpName(trafficClass >> 2)} ip6 ecn {Ecn[trafficClass & 3]} ip6 hoplimit {header[7]}");
        words.Add($"ip6 flowlabel {BinaryPrimitives.ReadUInt32BigEndian(header) & 0xfffff}");
        if (table != NftFamily.Ip6 || next is not (Icmp6 or Tcp or Udp))
            words.Add($"ip6 nexthdr {Protocol(next)}");
        words.Add($"ip6 length {UInt16(header, 4)}");
        return next;
    }

    private static void Transport(byte? protocol, ReadOnlySpan<byte> header, List<string> words)
    {
        if (header.IsEmpty)
            return;
        switch (protocol, header.Length)
        {
            case (Tcp, >= TcpSize):
                words.Add($"tcp sport {UInt16(header, 0)} tcp dport {UInt16(header, 2)}");
                words.Add($"tcp flags == {(TcpFlags.TryGetValue(header[13], out var flag) ? flag : $"0x{header[13]:x}")} tcp window {UInt16(header, 14)}");
                Rest(header, TcpSize, words);
                break;
            case (Udp, >= UdpSize):
                words.Add($"udp sport {UInt16(header, 0)} udp dport {UInt16(header, 2)} udp length {UInt16(header, 4)}");
                Rest(header, UdpSize, words);
                break;
            case (Icmp, >= IcmpSize):
                words.Add($"icmp type {Name(IcmpTypes, header[0])} icmp code {Name(IcmpCodes, header[1])} icmp id {UInt16(header, 4)} icmp sequence {UInt16(header, 6)}");
                Rest(header, IcmpSize, words);
                break;
            case (Icmp6, >= IcmpSize):
                words.Add($"icmpv6 type {Name(Icmp6Types, header[0])} icmpv6 code {Name(Icmp6Codes, header[1])} icmpv6 parameter-problem {BinaryPrimitives.ReadUInt32BigEndian(header[4..])}");
                Rest(header, IcmpSize, words);
                break;
            default:
                words.Add(Raw("th", 0, header));
                break;
        }
    }

    private static void Rest(ReadOnlySpan<byte> header, int size, List<string> words)
    {
        if (header.Length > size)
            words.Add(Raw("th", size, header[size..]));
    }

    /// <summary><c>@th,OFFSET,BITS 0x...</c>, without leading zeros.</summary>
    private static string Raw(string header, int offset, ReadOnlySpan<byte> bytes)
    {
        var digits = Convert.ToHexStringLower(bytes).TrimStart('0');
        return $"@{header},{offset * 8},{bytes.Length * 8} 0x{(digits.Length == 0 ? "0" : digits)}";
    }

    private static string Mac(ReadOnlySpan<byte> bytes) => $"{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}:{bytes[3]:x2}:{bytes[4]:x2}:{bytes[5]:x2}";

    private static string DscpName(int value) => Dscp.TryGetValue(value, out var name) ? name : $"0x{value:x2}";

    private static string Protocol(byte value) => Name(Protocols, value);

    private static string Name(Dictionary<byte, string> names, byte value) => names.TryGetValue(value, out var name) ? name : $"{value}";

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]);
}
