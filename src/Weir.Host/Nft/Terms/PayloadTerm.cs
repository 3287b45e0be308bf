using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary><c>tcp dport</c>, <c>ip dscp</c>: a field of a header.</summary>
internal static class PayloadTerm
{
    private const uint LongestRegister = 16;

    internal static NftSpec Spec(NftTerm.Payload payload) => Spec(NftHeaders.Find(payload.Protocol)!.Field(payload.Field)!);

    internal static NftSpec Spec(NftField field) => NftSpec.Of(field.Type, field.Bits);

    internal static (NftSpec Spec, int Shift) Load(NftTerm.Payload payload, NftRegister register, bool leavesShift, NftRuleDraft rule)
    {
        var header = NftHeaders.Find(payload.Protocol)!;
        var field = header.Field(payload.Field)!;
        return LoadBits(header.Base, field.Offset, Spec(field), register, leavesShift, rule);
    }

    /// <summary>Whole bytes are loaded; of a field that lies across them the bits around it go.</summary>
    internal static (NftSpec Spec, int Shift) LoadBits(NftHeaderBase start, int offset, NftSpec spec, NftRegister register, bool leavesShift, NftRuleDraft rule)
    {
        var bits = (offset % 8) + spec.Bits;
        var bytes = (bits + 7) / 8;
        var shift = (bytes * 8) - bits;
        rule.Add(new PayloadExpression((PayloadBase)start, (uint)offset / 8, (uint)bytes, register));
        if (bits % 8 == 0 && offset % 8 == 0)
            return (spec, 0);
        var around = spec with { Bits = bytes * 8 };
        rule.Mask(around, spec.Maximum << shift, 0, register);
        if (shift == 0 || leavesShift)
            return (around, shift);
        rule.Shift(around, BitwiseOperation.NFT_BITWISE_RSHIFT, (uint)shift, register);
        return (around, 0);
    }

    internal static NftNode.Packet Read(PayloadExpression payload)
    {
        if (payload.Length is 0 or > LongestRegister || payload.Offset > ushort.MaxValue)
            throw new NftRefused($"{payload.Length} bytes at {payload.Offset} are loaded");
        return new NftNode.Packet((NftHeaderBase)payload.Base, (int)payload.Offset * 8, (int)payload.Length * 8);
    }

    /// <summary>The field that these bits are, or bits without a name; matches that a field takes for granted go.</summary>
    internal static (NftTerm Term, NftSpec Spec) Read(NftNode.Packet packet, NftReadRule rule) =>
        rule.Context.FieldAt(packet) is { } place ? Read(place, rule) : (RawPayloadTerm.Read(packet), RawPayloadTerm.Spec(packet.Bits));

    /// <summary>As <see cref="Read(NftNode.Packet, NftReadRule)"/>, of a field that is known.</summary>
    internal static (NftTerm Term, NftSpec Spec) Read((NftHeader Header, NftField Field) place, NftReadRule rule)
    {
        rule.Remove(rule.Context.Kill(place.Header, place.Field));
        return (new NftTerm.Payload(place.Header.Name, place.Field.Name), Spec(place.Field));
    }

    internal static void WriteJson(NftTerm.Payload payload, NftJsonWriter json) => json.Named("payload", () =>
    {
        json.String("protocol", payload.Protocol);
        json.String("field", payload.Field);
    });
}
