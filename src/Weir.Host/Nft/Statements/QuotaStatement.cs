using Weir.Host.Nft.Json;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>quota over 10 mbytes used 5 bytes</c>.</summary>
internal static class QuotaStatement
{
    internal static QuotaExpression Write(NftStatement.Quota quota) => new(
        NftByteUnits.ToBytes(quota.Amount, quota.Unit),
        quota.IsOver ? QuotaFlags.NFT_QUOTA_F_INV : QuotaFlags.None,
        quota.Used is { } used ? NftByteUnits.ToBytes(used, quota.UsedUnit) : 0);

    internal static NftStatement.Quota Read(QuotaExpression quota, bool isStateless)
    {
        var (amount, unit) = NftByteUnits.Of(quota.Bytes);
        var isOver = (quota.Flags & QuotaFlags.NFT_QUOTA_F_INV) != 0;
        if (isStateless || quota.Consumed == 0)
            return new NftStatement.Quota(isOver, amount, unit);
        var (used, usedUnit) = NftByteUnits.Of(quota.Consumed);
        return new NftStatement.Quota(isOver, amount, unit, used, usedUnit);
    }

    internal static void WriteJson(NftStatement.Quota quota, NftJsonWriter json) => json.Named("quota", () =>
    {
        json.Number("val", quota.Amount);
        json.String("val_unit", quota.Unit);
        if (quota.IsOver)
            json.True("inv");
        if (quota.Used is { } used)
        {
            json.Number("used", used);
            json.String("used_unit", quota.UsedUnit);
        }
    });

    /// <summary>An object's amounts are bytes.</summary>
    internal static void WriteValues(NftStatement.Quota quota, NftJsonWriter json)
    {
        json.Number("bytes", NftByteUnits.ToBytes(quota.Amount, quota.Unit));
        json.Number("used", NftByteUnits.ToBytes(quota.Used ?? 0, quota.UsedUnit));
        json.Boolean("inv", quota.IsOver);
    }
}
