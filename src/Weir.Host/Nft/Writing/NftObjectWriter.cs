using Weir.Host.Nft.Statements;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using KernelObject = Weir.Netlink.Nftables.NftObject;
using TextObject = Weir.Rules.Nft.NftObject;

namespace Weir.Host.Nft.Writing;

/// <summary>A named counter, quota, limit or ct helper.</summary>
internal static class NftObjectWriter
{
    /// <exception cref="NftRefused">It is of a kind that can't be made.</exception>
    internal static KernelObject Write(NftFamily family, string table, TextObject value)
    {
        var type = NftObjects.Type(value.Kind) ?? throw new NftRefused($"unknown object {value.Kind}");
        NftExpression content = type switch
        {
            NftObjectType.NFT_OBJECT_COUNTER => value.State is { } counter ? StatefulStatements.Write(counter) : new CounterExpression(),
            NftObjectType.NFT_OBJECT_QUOTA or NftObjectType.NFT_OBJECT_LIMIT => StatefulStatements.Write(value.State ?? throw new NftRefused($"{value.Kind} {value.Name} has no value")),
            NftObjectType.NFT_OBJECT_CT_HELPER => NftHelperObject.Write(value.Settings, family),
            _ => throw new NftRefused($"{value.Kind} is not covered"),
        };
        return new KernelObject { Family = family, Table = table, Name = value.Name, Type = type, Content = content, UserData = NftComments.Write(value.Comment) };
    }
}
