using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Netlink.Nftables;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft;

/// <summary>What nft keeps with a set for itself; libnftnl include/libnftnl/udata.h enum nftnl_udata_set_types.</summary>
internal static class NftSetUserData
{
    private const byte KeyByteOrder = 0, DataByteOrder = 1, MergeElements = 2, KeyTypeOf = 3, DataTypeOf = 4, DataInterval = 6, Comment = 7;
    private const byte ExpressionType = 0, ExpressionData = 1;
    private const uint HostOrder = 1, NetworkOrder = 2;
    private const uint PayloadNumber = 7, MetaNumber = 9, CtNumber = 12, ConcatenationNumber = 13;

    /// <summary>src/proto.c enum proto_desc_id, from 1.</summary>
    private static readonly NftHeader?[] Headers =
    [
        null, NftHeaders.Ah, NftHeaders.Esp, NftHeaders.Comp, NftHeaders.Icmp, NftHeaders.Igmp, NftHeaders.Udp, NftHeaders.UdpLite, NftHeaders.Tcp, NftHeaders.Dccp, NftHeaders.Sctp, NftHeaders.Th,
        NftHeaders.Ip, NftHeaders.Ip6, NftHeaders.Icmp6, NftHeaders.Arp, NftHeaders.Vlan, NftHeaders.Ether,
    ];

    internal static NftValue ByteOrders(NftSetSpec spec)
    {
        var bytes = new List<byte>();
        AddByteOrders(bytes, spec);
        if (spec.DataIsInterval)
            Add(bytes, DataInterval, Number(1));
        return new NftValue([.. bytes]);
    }

    internal static NftValue Write(NftSetSpec spec, bool merges, NftTerm? typeOf, NftTerm? dataTypeOf, string? comment)
    {
        var bytes = new List<byte>();
        AddByteOrders(bytes, spec);
        if (merges)
            Add(bytes, MergeElements, Number(1));
        if (typeOf is not null)
            Add(bytes, KeyTypeOf, Expression(typeOf));
        if (dataTypeOf is not null)
            Add(bytes, DataTypeOf, Expression(dataTypeOf));
        if (spec.DataIsInterval)
            Add(bytes, DataInterval, Number(1));
        if (comment is not null)
        {
            if (Encoding.UTF8.GetByteCount(comment) > 127)
                throw new NftRefused("a comment has at most 127 bytes");
            Add(bytes, Comment, Encoding.UTF8.GetBytes(comment + "\0"));
        }

        return new NftValue([.. bytes]);
    }

    internal static bool Merges(NftValue userData) => NftUserData.Entry(userData, MergeElements) is { } entry && entry.Span.ContainsAnyExcept((byte)0);

    internal static bool DataIsInterval(NftValue userData) => NftUserData.Entry(userData, DataInterval) is { } entry && entry.Span.ContainsAnyExcept((byte)0);

    internal static bool? KeyIsHostOrder(NftValue userData) => IsHostOrder(userData, KeyByteOrder);

    internal static bool? DataIsHostOrder(NftValue userData) => IsHostOrder(userData, DataByteOrder);

    internal static NftTerm? TypeOf(NftValue userData) => NftUserData.Entry(userData, KeyTypeOf) is { } entry ? Term(entry, depth: 0) : null;

    internal static NftTerm? DataTypeOfTerm(NftValue userData) => NftUserData.Entry(userData, DataTypeOf) is { } entry ? Term(entry, depth: 0) : null;

    private static bool? IsHostOrder(NftValue userData, byte type) =>
        NftUserData.Entry(userData, type) is { Length: 4 } entry ? MemoryMarshal.Read<uint>(entry.Span) switch
        {
            HostOrder => true,
            NetworkOrder => false,
            _ => null,
        } : null;

    private static void AddByteOrders(List<byte> bytes, NftSetSpec spec)
    {
        Add(bytes, KeyByteOrder, Number(Order(spec.Key)));
        if (spec.IsMap && spec.Objects == NftObjectType.NFT_OBJECT_UNSPEC)
            Add(bytes, DataByteOrder, Number(spec.IsVerdictMap ? 0 : Order(spec.Data)));
    }

    private static uint Order(IReadOnlyList<NftSpec> fields) => fields.Count != 1 ? 0 : fields[0].IsHostOrder || fields[0].Type.IsHostOrder || fields[0].Type.Kind == NftDataKind.Text ? HostOrder : NetworkOrder;

    private static byte[] Number(uint value) => MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value)).ToArray();

    private static void Add(List<byte> bytes, byte type, ReadOnlySpan<byte> value)
    {
        if (value.Length > byte.MaxValue)
            throw new NftRefused("the set's typeof is longer than nft can keep");
        bytes.Add(type);
        bytes.Add((byte)value.Length);
        bytes.AddRange(value);
    }

    private static byte[] Expression(NftTerm term)
    {
        var bytes = new List<byte>();
        var (number, data) = term switch
        {
            NftTerm.Concatenation concatenation => (ConcatenationNumber, Fields(concatenation)),
            NftTerm.Payload payload => (PayloadNumber, PayloadData(payload)),
            NftTerm.Meta meta => (MetaNumber, One(NftKeys.Find(NftKeys.Meta, meta.Key)!.Number)),
            NftTerm.Ct ct => (CtNumber, CtData(ct)),
            _ => throw new NftRefused($"typeof {term} is not covered"),
        };
        Add(bytes, ExpressionType, Number(number));
        Add(bytes, ExpressionData, data);
        return [.. bytes];
    }

    private static byte[] Fields(NftTerm.Concatenation concatenation)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < concatenation.Parts.Count; i++)
            Add(bytes, (byte)i, Expression(concatenation.Parts[i]));
        return [.. bytes];
    }

    private static byte[] PayloadData(NftTerm.Payload payload)
    {
        var header = NftHeaders.Find(payload.Protocol)!;
        var bytes = new List<byte>();
        Add(bytes, 0, Number((uint)Array.IndexOf(Headers, header)));
        Add(bytes, 1, Number((uint)header.Fields.ToList().FindIndex(field => field.Name == payload.Field) + 1));
        return [.. bytes];
    }

    private static byte[] CtData(NftTerm.Ct ct)
    {
        const uint noDirection = uint.MaxValue;
        var bytes = new List<byte>();
        Add(bytes, 0, Number(NftKeys.Find(NftKeys.Ct, ct.Key)!.Number));
        Add(bytes, 1, Number(ct.Direction switch
        {
            "original" => 0,
            "reply" => 1,
            _ => noDirection,
        }));
        return [.. bytes];
    }

    private static byte[] One(uint value)
    {
        var bytes = new List<byte>();
        Add(bytes, 0, Number(value));
        return [.. bytes];
    }

    private static NftTerm? Term(NftValue entry, int depth)
    {
        if (NftUserData.Entry(entry, ExpressionType) is not { Length: 4 } type || NftUserData.Entry(entry, ExpressionData) is not { } data)
            return null;
        var first = NftUserData.Entry(data, 0) is { Length: 4 } number ? BinaryPrimitives.ReadUInt32LittleEndian(number.Span) : (uint?)null;
        var second = NftUserData.Entry(data, 1) is { Length: 4 } other ? BinaryPrimitives.ReadUInt32LittleEndian(other.Span) : (uint?)null;
        switch (BinaryPrimitives.ReadUInt32LittleEndian(type.Span))
        {
            case PayloadNumber when first < Headers.Length && Headers[(int)first] is { } header && second is > 0 && second <= header.Fields.Count:
                return new NftTerm.Payload(header.Name, header.Fields[(int)second - 1].Name);
            case MetaNumber when first is { } key && NftKeys.Find(NftKeys.Meta, key) is { } meta:
                return new NftTerm.Meta(meta.Name);
            case CtNumber when first is { } ctKey && NftKeys.Find(NftKeys.Ct, ctKey) is { } ct:
                return new NftTerm.Ct(ct.Name, second switch
                {
                    0 => "original",
                    1 => "reply",
                    _ => null,
                });
            case ConcatenationNumber when depth == 0:
                var parts = new List<NftTerm>();
                for (byte i = 0; NftUserData.Entry(data, i) is { } field; i++)
                {
                    if (Term(field, depth + 1) is not { } part)
                        return null;
                    parts.Add(part);
                }

                return parts.Count == 0 ? null : new NftTerm.Concatenation(parts);
            default:
                return null;
        }
    }
}
