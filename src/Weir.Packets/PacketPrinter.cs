using System.Globalization;
using System.Text;
using Weir.Packets.Dns;

namespace Weir.Packets;

/// <summary>One line about a frame, much as tcpdump(8) with -n and -S writes it; for logs and for tests that fail.</summary>
public static class PacketPrinter
{
    private const ushort DnsPort = 53;

    /// <summary>
    /// <c>IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [S], seq 1, win 64240, options [mss 1460], length 0</c>. A frame that cannot be read is
    /// described by what is wrong and as much of it as could be read.
    /// </summary>
    public static string Print(ReadOnlySpan<byte> frame)
    {
        var line = new StringBuilder();
        PacketError error = FrameLayers.Parse(frame, out FrameLayers layers);
        PrintTags(line, frame);
        if (layers.IpVersion != 0)
        {
            PrintIp(line, frame, layers, error);
        }
        else if (error == PacketError.None)
        {
            PrintOther(line, frame, layers);
        }

        if (error != PacketError.None)
        {
            line.Append(line.Length > 0 ? ", " : "").Append(CultureInfo.InvariantCulture, $"malformed: {error.Describe()} ({error}), frame length {frame.Length}");
        }

        return line.ToString();
    }

    /// <summary>The letters of tcpdump: S, F, P, R, U, E (ECE), W (CWR), a dot for ACK; "none" without any.</summary>
    public static string Print(TcpFlags flags)
    {
        if (flags == TcpFlags.None)
        {
            return "none";
        }

        const string Letters = "FSRP";
        const string RareLetters = "UEW";
        var text = new StringBuilder();
        for (int bit = 0; bit < Letters.Length; bit++)
        {
            text.Append(Letters, bit, ((int)flags & (1 << bit)) != 0 ? 1 : 0);
        }

        for (int bit = 0; bit < RareLetters.Length; bit++)
        {
            text.Append(RareLetters, bit, ((int)flags & (0x20 << bit)) != 0 ? 1 : 0);
        }

        return text.Append((flags & TcpFlags.ACK) != 0 ? "." : "").ToString();
    }

    private static void PrintTags(StringBuilder line, ReadOnlySpan<byte> frame)
    {
        if (EthernetFrame.Parse(frame, out EthernetFrame ethernet) != PacketError.None)
        {
            return;
        }

        ushort type = ethernet.EtherType;
        ReadOnlySpan<byte> rest = ethernet.Payload;
        while (type is EtherType.ETH_P_8021Q or EtherType.ETH_P_8021AD && VlanTag.Parse(rest, out VlanTag tag) == PacketError.None)
        {
            line.Append(CultureInfo.InvariantCulture, $"vlan {tag.Header.Id}, ");
            type = tag.Header.EtherType;
            rest = tag.Payload;
        }
    }

    private static void PrintOther(StringBuilder line, ReadOnlySpan<byte> frame, in FrameLayers layers)
    {
        if (layers.EtherType == EtherType.ETH_P_ARP && ArpMessage.Parse(frame[layers.NetworkOffset..], out ArpMessage arp) == PacketError.None)
        {
            string sender = Ipv4Text(arp.SenderAddress);
            line.Append(arp.Operation switch
            {
                ArpOperation.ARPOP_REQUEST => $"ARP, Request who-has {Ipv4Text(arp.TargetAddress)} tell {sender}",
                ArpOperation.ARPOP_REPLY => $"ARP, Reply {sender} is-at {arp.SenderMac}",
                _ => string.Create(CultureInfo.InvariantCulture, $"ARP, operation {(ushort)arp.Operation}"),
            });
            return;
        }

        EthernetFrame.Parse(frame, out EthernetFrame ethernet);
        line.Append(CultureInfo.InvariantCulture, $"{ethernet.Source} > {ethernet.Destination}, ethertype 0x{layers.EtherType:x4}, length {frame.Length}");
    }

    private static void PrintIp(StringBuilder line, ReadOnlySpan<byte> frame, in FrameLayers layers, PacketError error)
    {
        line.Append(layers.IpVersion == 4 ? "IP " : "IP6 ");
        bool hasPorts = layers.Protocol is IpProtocol.IPPROTO_TCP or IpProtocol.IPPROTO_UDP && !layers.IsLaterFragment && layers.TransportOffset > 0;
        PrintEnd(line, layers.Source, hasPorts ? layers.SourcePort : null);
        line.Append(" > ");
        PrintEnd(line, layers.Destination, hasPorts ? layers.DestinationPort : null);
        line.Append(": ");
        PrintTransport(line, frame, layers, error);
        if (layers.IsFragment)
        {
            line.Append(CultureInfo.InvariantCulture, $", fragment of {layers.FragmentId}");
        }
    }

    private static void PrintTransport(StringBuilder line, ReadOnlySpan<byte> frame, in FrameLayers layers, PacketError error)
    {
        if (error != PacketError.None || layers.IsLaterFragment)
        {
            line.Append(ProtocolName(layers.Protocol));
            if (error == PacketError.None)
            {
                line.Append(CultureInfo.InvariantCulture, $", length {layers.PayloadLength}");
            }

            return;
        }

        ReadOnlySpan<byte> payload = frame.Slice(layers.PayloadOffset, layers.PayloadLength);
        switch (layers.Protocol)
        {
            case IpProtocol.IPPROTO_TCP:
                PrintTcp(line, frame[layers.TransportOffset..(layers.PayloadOffset + layers.PayloadLength)]);
                break;
            case IpProtocol.IPPROTO_UDP when layers.SourcePort == DnsPort || layers.DestinationPort == DnsPort:
                PrintDns(line, payload);
                break;
            case IpProtocol.IPPROTO_ICMP when layers.IpVersion == 4:
            case IpProtocol.IPPROTO_ICMPV6 when layers.IpVersion == 6:
                PrintIcmp(line, frame, layers);
                break;
            default:
                line.Append(CultureInfo.InvariantCulture, $"{ProtocolName(layers.Protocol)}, length {payload.Length}");
                break;
        }
    }

    private static void PrintTcp(StringBuilder line, ReadOnlySpan<byte> bytes)
    {
        TcpSegment.Parse(bytes, out TcpSegment segment);
        line.Append(CultureInfo.InvariantCulture, $"Flags [{Print(segment.Flags)}], seq {segment.Sequence}");
        if (!segment.Payload.IsEmpty)
        {
            line.Append(CultureInfo.InvariantCulture, $":{segment.Sequence + (uint)segment.Payload.Length}");
        }

        if ((segment.Flags & TcpFlags.ACK) != 0)
        {
            line.Append(CultureInfo.InvariantCulture, $", ack {segment.Acknowledgment}");
        }

        line.Append(CultureInfo.InvariantCulture, $", win {segment.Window}");
        PrintOptions(line, segment.Options);
        line.Append(CultureInfo.InvariantCulture, $", length {segment.Payload.Length}");
    }

    private static void PrintOptions(StringBuilder line, TcpOptionList options)
    {
        if (options.Bytes.IsEmpty)
        {
            return;
        }

        string separator = ", options [";
        foreach (TcpOption option in options)
        {
            line.Append(separator);
            separator = ",";
            switch (option.Kind)
            {
                case TcpOptionKind.TCPOPT_MSS:
                    line.Append(CultureInfo.InvariantCulture, $"mss {option.MaximumSegmentSize}");
                    break;
                case TcpOptionKind.TCPOPT_WINDOW:
                    line.Append(CultureInfo.InvariantCulture, $"wscale {option.WindowScale}");
                    break;
                case TcpOptionKind.TCPOPT_SACK_PERM:
                    line.Append("sackOK");
                    break;
                case TcpOptionKind.TCPOPT_TIMESTAMP:
                    line.Append(CultureInfo.InvariantCulture, $"TS val {option.TimestampValue} ecr {option.TimestampEcho}");
                    break;
                case TcpOptionKind.TCPOPT_SACK:
                    line.Append(CultureInfo.InvariantCulture, $"sack {option.SackBlockCount}");
                    for (int i = 0; i < option.SackBlockCount; i++)
                    {
                        (uint left, uint right) = option.SackBlock(i);
                        line.Append(CultureInfo.InvariantCulture, $" {{{left}:{right}}}");
                    }

                    break;
                default:
                    line.Append(CultureInfo.InvariantCulture, $"unknown-{(byte)option.Kind}");
                    break;
            }
        }

        line.Append(separator == "," ? "]" : "");
    }

    private static void PrintDns(StringBuilder line, ReadOnlySpan<byte> payload)
    {
        if (DnsMessage.Parse(payload, out DnsMessage message) != PacketError.None)
        {
            line.Append(CultureInfo.InvariantCulture, $"UDP, length {payload.Length}");
            return;
        }

        line.Append(CultureInfo.InvariantCulture, $"DNS {message.Header.Id}{(message.Header.IsResponse ? " response" : "")}");
        foreach (DnsQuestion question in message.Questions)
        {
            line.Append(CultureInfo.InvariantCulture, $" {question.Type}? {question.Name.ToString()}");
        }

        foreach (DnsRecord record in message.Answers)
        {
            string data = record.TryGetAddress(out UInt128 address) ? IpAddressBits.ToText(address) : record.Target.ToString();
            line.Append(CultureInfo.InvariantCulture, $", {record.Type} {data}");
        }

        if (message.Header.ResponseCode != 0)
        {
            line.Append(CultureInfo.InvariantCulture, $", code {message.Header.ResponseCode}");
        }

        line.Append(CultureInfo.InvariantCulture, $", length {payload.Length}");
    }

    private static void PrintIcmp(StringBuilder line, ReadOnlySpan<byte> frame, in FrameLayers layers)
    {
        IcmpMessage.Parse(frame[layers.TransportOffset..], out IcmpMessage message);
        string name = layers.IpVersion == 4 ? "ICMP" : "ICMP6";
        int length = IcmpHeader.Size + layers.PayloadLength;
        bool isRequest = message.Type == (layers.IpVersion == 4 ? (byte)IcmpType.ICMP_ECHO : (byte)Icmpv6Type.ICMPV6_ECHO_REQUEST);
        bool isReply = message.Type == (layers.IpVersion == 4 ? (byte)IcmpType.ICMP_ECHOREPLY : (byte)Icmpv6Type.ICMPV6_ECHO_REPLY);
        if (isRequest || isReply)
        {
            line.Append(CultureInfo.InvariantCulture, $"{name}, echo {(isReply ? "reply" : "request")}, id {message.Identifier}, seq {message.Sequence}, length {length}");
            return;
        }

        if (IcmpError.Parse(frame, layers, out IcmpError error) == PacketError.None)
        {
            line.Append(CultureInfo.InvariantCulture, $"{name}, {error.Kind} code {message.Code}");
            line.Append(error.Mtu != 0 ? string.Create(CultureInfo.InvariantCulture, $" mtu {error.Mtu}") : "");
            line.Append(" about ");
            FrameLayers original = error.Original;
            bool hasPorts = original.Protocol is IpProtocol.IPPROTO_TCP or IpProtocol.IPPROTO_UDP;
            PrintEnd(line, original.Source, hasPorts ? original.SourcePort : null);
            line.Append(" > ");
            PrintEnd(line, original.Destination, hasPorts ? original.DestinationPort : null);
            line.Append(CultureInfo.InvariantCulture, $" {ProtocolName(original.Protocol)}, length {length}");
            return;
        }

        line.Append(CultureInfo.InvariantCulture, $"{name}, type {message.Type} code {message.Code}, length {length}");
    }

    private static void PrintEnd(StringBuilder line, UInt128 address, ushort? port)
    {
        line.Append(IpAddressBits.ToText(address));
        if (port is { } number)
        {
            line.Append(CultureInfo.InvariantCulture, $".{number}");
        }
    }

    private static string Ipv4Text(uint address) => IpAddressBits.ToText(IpAddressBits.FromIpv4(address));

    private static string ProtocolName(byte protocol) => protocol switch
    {
        IpProtocol.IPPROTO_ICMP => "ICMP",
        IpProtocol.IPPROTO_TCP => "TCP",
        IpProtocol.IPPROTO_UDP => "UDP",
        IpProtocol.IPPROTO_ESP => "ESP",
        IpProtocol.IPPROTO_AH => "AH",
        IpProtocol.IPPROTO_ICMPV6 => "ICMP6",
        IpProtocol.IPPROTO_NONE => "no next header",
        IpProtocol.IPPROTO_SCTP => "SCTP",
        _ => string.Create(CultureInfo.InvariantCulture, $"protocol {protocol}"),
    };
}
