using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary>
/// <c>tcp dport set 80</c>, <c>ip dscp set cs1</c>: writes into a header. A checksum over the header goes with it, and a field that is not
/// of whole pairs of bytes is put between the bits around it: nft 1.0.6 src/evaluate.c stmt_evaluate_payload.
/// </summary>
internal static class PayloadWrite
{
    private const uint LongestRegister = 16;

    internal static void Set(NftTerm.Payload payload, NftTerm value, NftRuleDraft rule)
    {
        rule.Requirements.Require(payload);
        var header = NftHeaders.Find(payload.Protocol)!;
        var field = header.Field(payload.Field)!;
        var spec = PayloadTerm.Spec(field);
        var hasChecksum = Checksum(header) is not null;
        var isWhole = field.Offset % 8 == 0 && field.Bits % 8 == 0;
        if (isWhole && (!hasChecksum || (field.Bits % 16 == 0 && field.Offset % 16 == 0)))
        {
            rule.Terms.Put(value, [spec], NftRegister.NFT_REG_1);
            rule.Add(Write(header, field, field.Offset / 8, spec.Bytes));
            return;
        }

        if (value is not (NftTerm.Word or NftTerm.List))
            throw new NftRefused($"'{payload} set {value}' is not covered");
        var first = field.Offset / 8;
        var end = (field.Offset + field.Bits + 7) / 8;
        if (hasChecksum || header == NftHeaders.Ip6)
        {
            first = first / 2 * 2;
            end = (end + 1) / 2 * 2;
        }

        var around = spec with { Bits = (end - first) * 8, IsHostOrder = false };
        var shift = (end * 8) - field.Offset - field.Bits;
        rule.Add(new PayloadExpression((PayloadBase)header.Base, (uint)first, (uint)around.Bytes));
        rule.Mask(around, around.Maximum & ~(spec.Maximum << shift), rule.Elements.Value(value, spec) << shift);
        rule.Add(Write(header, field, first, around.Bytes));
    }

    internal static NftStatement.Assign Read(PayloadSetExpression payload, NftReadRule rule)
    {
        if (payload.Length is 0 or > LongestRegister || payload.Offset > ushort.MaxValue)
            throw new NftRefused($"{payload.Length} bytes at {payload.Offset} are written");
        var written = new NftNode.Packet((NftHeaderBase)payload.Base, (int)payload.Offset * 8, (int)payload.Length * 8);
        var node = rule.Registers.Get(payload.Source);
        if (node is NftNode.Masked { Inner: NftNode.Packet packet } masked && packet == written)
        {
            var around = NftSpec.Of(NftDataTypes.Integer, written.Bits);
            if (rule.Context.FieldUnder(packet, ~around.Decode(masked.Mask.Span) & around.Maximum) is { } part)
            {
                rule.Remove(rule.Context.Kill(part.Header, part.Field));
                return new NftStatement.Assign(new NftTerm.Payload(part.Header.Name, part.Field.Name), rule.Elements.Value(PayloadTerm.Spec(part.Field), around.Decode(masked.Xor.Span) >> part.Shift));
            }
        }

        var (target, spec) = PayloadTerm.Read(written, rule);
        return new NftStatement.Assign(target, rule.Nodes.Given(node, spec));
    }

    /// <summary>The Internet checksum that stands in a header; SCTP's is another one.</summary>
    private static NftField? Checksum(NftHeader header) => header == NftHeaders.Sctp ? null : header.Field("checksum");

    private static PayloadSetExpression Write(NftHeader header, NftField field, int offset, int length)
    {
        var checksum = Checksum(header);
        var isAddress = header.Base == NftHeaderBase.Network && field.Name is "saddr" or "daddr";
        return new PayloadSetExpression((PayloadBase)header.Base, (uint)offset, (uint)length)
        {
            Checksum = checksum is null ? PayloadChecksum.NFT_PAYLOAD_CSUM_NONE : PayloadChecksum.NFT_PAYLOAD_CSUM_INET,
            ChecksumOffset = checksum is null ? 0 : (uint)checksum.Offset / 8,
            ChecksumFlags = isAddress ? PayloadChecksumFlags.NFT_PAYLOAD_L4CSUM_PSEUDOHDR : 0,
        };
    }
}
