using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary><c>rt mtu</c>, <c>rt ip nexthop</c>: of the packet's route.</summary>
internal static class RouteTerm
{
    internal static NftSpec Spec(NftTerm.Route route) => Spec(Key(route));

    internal static RtExpression Load(NftTerm.Route route, NftRegister register) => new((RtKey)Key(route).Number, register);

    internal static NftNode.Loaded Read(RtExpression route)
    {
        var key = NftKeys.Find(NftKeys.Route, (uint)route.Key) ?? throw new NftRefused($"rt key {(uint)route.Key} is not understood");
        return new NftNode.Loaded(new NftTerm.Route(key.Name), Spec(key));
    }

    internal static void WriteJson(NftTerm.Route route, NftJsonWriter json) => json.Named("rt", () => json.String("key", route.Key));

    private static NftKey Key(NftTerm.Route route) => NftKeys.Find(NftKeys.Route, route.Key)!;

    private static NftSpec Spec(NftKey key) => NftSpec.Of(key.Type, key.Bits);
}
