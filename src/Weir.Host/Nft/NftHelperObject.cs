using System.Buffers.Binary;
using System.Text;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft;

/// <summary>A connection helper as an object: <c>type "ftp" protocol tcp</c>, <c>l3proto ip</c>.</summary>
/// <remarks>include/uapi/linux/netfilter/nf_tables.h enum nft_ct_helper_attributes: NAME 1, L3PROTO 2 be16, L4PROTO 3 u8.</remarks>
internal static class NftHelperObject
{
    private const ushort Name = 1, NetworkProtocol = 2, TransportProtocol = 3;
    private const byte Tcp = 6, Udp = 17;

    internal static UnknownExpression Write(IReadOnlyList<string> settings, NftFamily family)
    {
        string? name = null;
        byte protocol = 0;
        var network = family is NftFamily.Ip6 ? NftFamily.Ip6 : NftFamily.Ip;
        foreach (var setting in settings)
        {
            switch (setting.Split(' '))
            {
                case ["type", var type, "protocol", var word]:
                    name = type.Trim('"');
                    protocol = word switch
                    {
                        "tcp" => Tcp,
                        "udp" => Udp,
                        _ => throw new NftRefused($"a helper's protocol is tcp or udp, not {word}"),
                    };
                    break;
                case ["l3proto", var l3]:
                    network = l3 switch
                    {
                        "ip" => NftFamily.Ip,
                        "ip6" => NftFamily.Ip6,
                        "inet" => NftFamily.Inet,
                        _ => throw new NftRefused($"unknown l3proto {l3}"),
                    };
                    break;
                default:
                    throw new NftRefused($"'{setting}' is no setting of a ct helper");
            }
        }

        if (name is null)
            throw new NftRefused("a ct helper needs a type and a protocol");
        var bytes = new List<byte>();
        Add(bytes, Name, Encoding.UTF8.GetBytes(name + "\0"));
        Add(bytes, NetworkProtocol, [0, (byte)network]);
        Add(bytes, TransportProtocol, [protocol]);
        return new UnknownExpression("ct helper", new NftValue([.. bytes]));
    }

    internal static IReadOnlyList<string> Read(NftExpression? content)
    {
        if (content is not UnknownExpression { Bytes: { } data })
            return [];
        string name = "", protocol = "", network = "";
        var rest = data.Span;
        const int header = 4;
        while (rest.Length >= header)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            if (length < header || length > rest.Length)
                break;
            var value = rest[header..length];
            switch (BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]))
            {
                case Name:
                    name = Encoding.UTF8.GetString(value).TrimEnd('\0');
                    break;
                case NetworkProtocol when value.Length == 2:
                    network = ((NftFamily)value[1]).Word();
                    break;
                case TransportProtocol when value.Length == 1:
                    protocol = value[0] switch
                    {
                        Tcp => "tcp",
                        Udp => "udp",
                        _ => $"{value[0]}",
                    };
                    break;
            }

            rest = rest[Math.Min(rest.Length, (length + 3) / 4 * 4)..];
        }

        return [$"type \"{name}\" protocol {protocol}", $"l3proto {network}"];
    }

    private static void Add(List<byte> bytes, ushort type, ReadOnlySpan<byte> value)
    {
        const int header = 4;
        Span<byte> head = stackalloc byte[header];
        BinaryPrimitives.WriteUInt16LittleEndian(head, (ushort)(header + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(head[2..], type);
        bytes.AddRange(head);
        bytes.AddRange(value);
        while (bytes.Count % header != 0)
            bytes.Add(0);
    }
}
