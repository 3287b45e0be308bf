using Weir.Host.Nft.Terms;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Reading;

/// <summary>Matches from comparisons of bytes of the packet: which fields they are follows from what was matched before.</summary>
internal sealed class NftPacketComparisonReader(NftReadRule rule)
{
    /// <summary>They may be several fields in a row, or the first bytes of one.</summary>
    internal void Read(NftNode.Packet packet, CmpOperation operation, NftValue data)
    {
        var value = NftSpec.Of(NftDataTypes.Integer, packet.Bits).Decode(data.Span);
        var (offset, left) = (packet.Offset, packet.Bits);
        while (left > 0)
        {
            var (header, field) = rule.Context.FieldAt(packet.Base, offset, left);
            if (field is null || header is null)
            {
                AddRaw(new NftNode.Packet(packet.Base, offset, left), operation, value & NftSpec.Of(NftDataTypes.Integer, left).Maximum);
                return;
            }

            var bits = Math.Min(field.Bits, left);
            AddField(header, field, operation, (value >> (left - bits)) & NftContext.Ones(bits), bits);
            offset += bits;
            left -= bits;
        }
    }

    /// <summary>A mask may cut one field out of the bytes.</summary>
    internal void ReadMasked(NftNode.Packet packet, NftNode.Masked masked, CmpOperation operation, NftValue data)
    {
        if (rule.Context.FieldAt(packet) is { } place)
        {
            var (term, spec) = PayloadTerm.Read(place, rule);
            rule.AddMatch(NftMaskedComparison.Read(term, spec, masked, operation, data, rule));
        }
        else if (rule.Context.FieldUnder(packet, masked.Mask) is { } cut)
        {
            AddField(cut.Header, cut.Field, operation, NftSpec.Of(NftDataTypes.Integer, packet.Bits).Decode(data.Span) >> cut.Shift, cut.Field.Bits);
        }
        else
        {
            rule.AddMatch(NftMaskedComparison.Read(RawPayloadTerm.Read(packet), RawPayloadTerm.Spec(packet.Bits), masked, operation, data, rule));
        }
    }

    /// <param name="bits">How many of the field's bits are compared, from the first.</param>
    private void AddField(NftHeader header, NftField field, CmpOperation operation, UInt128 value, int bits)
    {
        var isWhole = bits == field.Bits;
        var spec = PayloadTerm.Spec(field);
        NftTerm right = isWhole ? rule.Elements.Value(spec, value) : new NftTerm.Prefix(rule.Elements.Value(spec, value << (field.Bits - bits)), bits);
        var superfluous = rule.Context.Kill(header, field);
        var entry = rule.AddMatch(new NftStatement.Match(new NftTerm.Payload(header.Name, field.Name), NftComparisons.Sign(operation, NftComparisonReader.IsOneFlag(spec, value)), right));
        rule.Remove(superfluous);
        if (operation == CmpOperation.NFT_CMP_EQ && isWhole)
            rule.Context.Match(header, field, value, entry);
    }

    private void AddRaw(NftNode.Packet packet, CmpOperation operation, UInt128 value) =>
        rule.AddMatch(new NftStatement.Match(RawPayloadTerm.Read(packet), NftComparisons.Sign(operation), rule.Elements.Value(RawPayloadTerm.Spec(packet.Bits), value)));
}
