using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary><c>@nh,12,4</c>: bits of the packet by their place.</summary>
internal static class RawPayloadTerm
{
    internal static NftSpec Spec(NftTerm.RawPayload raw) => Spec(raw.Length);

    internal static NftSpec Spec(int bits) => NftSpec.Of(NftDataTypes.RawInteger, bits);

    internal static (NftSpec Spec, int Shift) Load(NftTerm.RawPayload raw, NftRegister register, bool leavesShift, NftRuleDraft rule)
    {
        var start = raw.Base switch
        {
            "ll" => NftHeaderBase.Link,
            "nh" => NftHeaderBase.Network,
            "th" => NftHeaderBase.Transport,
            _ => NftHeaderBase.Inner,
        };
        return PayloadTerm.LoadBits(start, raw.Offset, Spec(raw), register, leavesShift, rule);
    }

    internal static NftTerm.RawPayload Read(NftNode.Packet packet)
    {
        var start = packet.Base switch
        {
            NftHeaderBase.Link => "ll",
            NftHeaderBase.Network => "nh",
            NftHeaderBase.Transport => "th",
            _ => "ih",
        };
        return new NftTerm.RawPayload(start, packet.Offset, packet.Bits);
    }

    internal static void WriteJson(NftTerm.RawPayload raw, NftJsonWriter json) => json.Named("payload", () =>
    {
        json.String("base", raw.Base);
        json.Number("offset", raw.Offset);
        json.Number("len", raw.Length);
    });
}
