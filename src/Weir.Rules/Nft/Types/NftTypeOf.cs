namespace Weir.Rules.Nft.Types;

/// <summary>The type of a selector's values.</summary>
public static class NftTypeOf
{
    /// <summary>Null for what has no single type: concatenations, constants.</summary>
    public static NftDataType? Find(NftTerm term) => term switch
    {
        NftTerm.Payload payload => NftHeaders.Find(payload.Protocol)?.Field(payload.Field)?.Type,
        NftTerm.RawPayload => NftDataTypes.RawInteger,
        NftTerm.Meta meta => NftKeys.Find(NftKeys.Meta, meta.Key)?.Type,
        NftTerm.Ct ct => NftKeys.Find(NftKeys.Ct, ct.Key)?.Type,
        NftTerm.Socket socket => NftKeys.Find(NftKeys.Socket, socket.Key)?.Type,
        NftTerm.Route route => NftKeys.Find(NftKeys.Route, route.Key)?.Type,
        NftTerm.Fib { Result: "type" } => NftDataTypes.FibAddressType,
        NftTerm.Fib { Result: "oif" } => NftDataTypes.Link,
        NftTerm.Fib { Result: "oifname" } => NftDataTypes.LinkName,
        NftTerm.Fib => NftDataTypes.Boolean,
        NftTerm.Numgen or NftTerm.Hash => NftDataTypes.HostInteger,
        NftTerm.TcpOption { Field: null } or NftTerm.ExtensionHeader { Field: null } => NftDataTypes.Boolean,
        NftTerm.TcpOption or NftTerm.ExtensionHeader => NftDataTypes.Integer,
        NftTerm.Operation operation => Find(operation.Left),
        NftTerm.Map map => Find(map.Key),
        _ => null,
    };
}
