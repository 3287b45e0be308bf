using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>An expression that this library does not know, or one with attributes that it does not know: kept as it came, written back byte for byte.</summary>
/// <param name="Name">The kernel's name of it.</param>
/// <param name="Bytes">The attributes inside NFTA_EXPR_DATA; null when it has none of that.</param>
public sealed record UnknownExpression(string Name, NftValue? Bytes) : NftExpression(Name)
{
    internal override bool HasData => Bytes is not null;

    internal override void WriteData(ref NetlinkWriter writer) => writer.WriteRaw((Bytes ?? default).Span);
}
