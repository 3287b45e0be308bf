using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Weir.Netlink.TrafficControl.Classifiers;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>The fields of flower: tc's names and texts, the kernel's values and masks.</summary>
internal static class FlowerKeys
{
    internal static IReadOnlyList<TcFlowerKey> Print(FlowerClassifier flower)
    {
        List<TcFlowerKey> keys = [];
        if (flower.InputDevice.Length != 0)
            Add("indev", flower.InputDevice);
        if (flower.VlanId is { } vlan)
            Add("vlan_id", $"{vlan}");
        if (flower.VlanPriority is { } priority)
            Add("vlan_prio", $"{priority}");
        if (flower.VlanEtherType is { } inner)
            Add("vlan_ethtype", TcProtocols.Print(inner));
        if (flower.DestinationMac is { } destinationMac)
            Add("dst_mac", PrintMac(destinationMac));
        if (flower.SourceMac is { } sourceMac)
            Add("src_mac", PrintMac(sourceMac));
        if (flower.EtherType is { } type)
            Add("eth_type", TcProtocols.PrintEthertype(type));
        if (flower.IpProtocol is { } protocol)
            Add("ip_proto", TcProtocols.PrintIp(protocol));
        if (flower.TypeOfService is { } tos)
            Add("ip_tos", tos.Mask == 0xff ? $"{tos.Value}" : $"{tos.Value}/0x{tos.Mask:x}");
        if (flower.TimeToLive is { } ttl)
            Add("ip_ttl", ttl.Mask == 0xff ? $"{ttl.Value}" : $"{ttl.Value}/0x{ttl.Mask:x}");
        if (flower.Destination is { } destination)
            Add("dst_ip", PrintAddress(destination));
        if (flower.Source is { } source)
            Add("src_ip", PrintAddress(source));
        if (flower.DestinationPort is { } destinationPort)
            Add("dst_port", PrintPort(destinationPort));
        if (flower.SourcePort is { } sourcePort)
            Add("src_port", PrintPort(sourcePort));
        if (flower.TcpFlags is { } flags)
            Add("tcp_flags", PrintHex(flags.Value, flags.Mask, 0xffff));
        if (flower.IcmpType is { } icmpType)
            Add("icmp_type", icmpType.Mask == 0xff ? $"{icmpType.Value}" : $"{icmpType.Value}/{icmpType.Mask}");
        if (flower.IcmpCode is { } icmpCode)
            Add("icmp_code", icmpCode.Mask == 0xff ? $"{icmpCode.Value}" : $"{icmpCode.Value}/{icmpCode.Mask}");
        return keys;

        void Add(string name, string value) => keys.Add(new TcFlowerKey(name, value));
    }

    /// <summary>Null when the value is none of the field's.</summary>
    internal static FlowerClassifier? Parse(FlowerClassifier flower, TcFlowerKey key, ushort protocol)
    {
        var (text, mask) = key.Value.IndexOf('/', StringComparison.Ordinal) is var slash && slash >= 0 ? (key.Value[..slash], key.Value[(slash + 1)..]) : (key.Value, "");
        switch (key.Name)
        {
            case "indev":
                return flower with { InputDevice = key.Value };
            case "vlan_id":
                return ushort.TryParse(text, out var vlan) ? flower with { VlanId = vlan } : null;
            case "vlan_prio":
                return byte.TryParse(text, out var priority) ? flower with { VlanPriority = priority } : null;
            case "vlan_ethtype":
                return TcProtocols.TryParse(text, out var inner) ? flower with { VlanEtherType = inner } : null;
            case "eth_type":
                // The filter's protocol says it.
                return flower;
            case "dst_mac":
                return ParseMac(text, mask) is { } destinationMac ? flower with { DestinationMac = destinationMac } : null;
            case "src_mac":
                return ParseMac(text, mask) is { } sourceMac ? flower with { SourceMac = sourceMac } : null;
            case "ip_proto":
                return TcProtocols.TryParseIp(text, out var ip) ? flower with { IpProtocol = ip } : null;
            case "ip_tos":
                return (text.StartsWith("0x", StringComparison.Ordinal) ? ParseHex(text, mask, 0xff) : ParseNumber(text, mask, 0xff)) is { } tos ? flower with { TypeOfService = new((byte)tos.Value, (byte)tos.Mask) } : null;
            case "ip_ttl":
                return ParseNumber(text, mask, 0xff) is { } ttl ? flower with { TimeToLive = new((byte)ttl.Value, (byte)ttl.Mask) } : null;
            case "dst_ip":
                return ParseAddress(text, mask, protocol, flower.VlanEtherType) is { } destination ? flower with { Destination = destination } : null;
            case "src_ip":
                return ParseAddress(text, mask, protocol, flower.VlanEtherType) is { } source ? flower with { Source = source } : null;
            case "dst_port":
                return ParseNumber(text, mask, 0xffff) is { } destinationPort ? flower with { DestinationPort = new((ushort)destinationPort.Value, (ushort)destinationPort.Mask) } : null;
            case "src_port":
                return ParseNumber(text, mask, 0xffff) is { } sourcePort ? flower with { SourcePort = new((ushort)sourcePort.Value, (ushort)sourcePort.Mask) } : null;
            case "tcp_flags":
                return ParseHex(text, mask, 0xffff) is { } flags ? flower with { TcpFlags = new((ushort)flags.Value, (ushort)(flags.Mask & 0x0fff)) } : null;
            case "icmp_type":
                return ParseNumber(text, mask, 0xff) is { } type ? flower with { IcmpType = new((byte)type.Value, (byte)type.Mask) } : null;
            case "icmp_code":
                return ParseNumber(text, mask, 0xff) is { } code ? flower with { IcmpCode = new((byte)code.Value, (byte)code.Mask) } : null;
            default:
                return null;
        }
    }

    private static string PrintMac(Masked<ulong> mac)
    {
        const ulong all = 0xffffffffffff;
        if (mac.Mask == all)
            return TcAddresses.PrintMac(mac.Value);
        var length = BitOperations.PopCount(mac.Mask);
        var isPrefix = mac.Mask == (all << (48 - length) & all);
        return $"{TcAddresses.PrintMac(mac.Value)}/{(isPrefix ? $"{length}" : TcAddresses.PrintMac(mac.Mask))}";
    }

    private static Masked<ulong>? ParseMac(string text, string mask)
    {
        const ulong all = 0xffffffffffff;
        if (!TcAddresses.TryParseMac(text, out var mac))
            return null;
        if (mask.Length == 0)
            return new(mac, all);
        if (TcAddresses.TryParseMac(mask, out var bits))
            return new(mac, bits);
        return int.TryParse(mask, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= 48 ? new(mac, length == 0 ? 0 : all << (48 - length) & all) : null;
    }

    private static string PrintHex(uint value, uint mask, uint all) => mask == all ? $"0x{value:x}" : $"0x{value:x}/{mask:x}";

    private static (uint Value, uint Mask)? ParseHex(string text, string mask, uint all) =>
        TryHex(text, out var value) && value <= all && (mask.Length == 0 ? (bits: all, read: true) : (bits: TryHex(mask, out var given) ? given : 0, read: TryHex(mask, out _))) is (var bits, true) && bits <= all
            ? (value, bits) : null;

    private static bool TryHex(string text, out uint number) =>
        uint.TryParse(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);

    private static (uint Value, uint Mask)? ParseNumber(string text, string mask, uint all)
    {
        var bits = all;
        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > all || (mask.Length != 0 && (!TryHex(mask, out bits) || bits > all)))
            return null;
        return (value, bits);
    }

    private static string PrintPort(Masked<ushort> port) => port.Mask == 0xffff ? $"{port.Value}" : $"{port.Value}/0x{port.Mask:x}";

    private static string PrintAddress(Masked<IPAddress> address)
    {
        var bytes = address.Mask.GetAddressBytes();
        var length = bytes.Sum(part => BitOperations.PopCount(part));
        if (length == 8 * bytes.Length)
            return $"{address.Value}";
        return address.Mask.Equals(PrefixMask(bytes.Length, length)) ? $"{address.Value}/{length}" : $"{address.Value}/{address.Mask}";
    }

    private static Masked<IPAddress>? ParseAddress(string text, string mask, ushort protocol, ushort? inner)
    {
        var family = (inner ?? protocol) == 0x86dd ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        if (!TcAddresses.TryParsePrefix(text, family, out var address, out _))
            return null;
        var size = family == AddressFamily.InterNetwork ? 4 : 16;
        if (mask.Length == 0)
            return new(address, PrefixMask(size, 8 * size));
        if (int.TryParse(mask, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            return length <= 8 * size ? new(address, PrefixMask(size, length)) : null;
        return TcAddresses.TryParsePrefix(mask, family, out var bits, out _) ? new(address, bits) : null;
    }

    private static IPAddress PrefixMask(int size, int length)
    {
        var bytes = new byte[size];
        for (var i = 0; i < length; i++)
            bytes[i / 8] |= (byte)(0x80 >> (i % 8));
        return new IPAddress(bytes);
    }
}
