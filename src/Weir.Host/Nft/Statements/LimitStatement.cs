using Weir.Host.Nft.Json;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>limit rate over 10 kbytes/second burst 5 kbytes</c>.</summary>
internal static class LimitStatement
{
    /// <summary>Of packets, where the text says none.</summary>
    private const uint DefaultBurst = 5;

    private static readonly (string Word, ulong Seconds)[] Units = [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400), ("week", 604_800)];

    internal static LimitExpression Write(NftStatement.Limit limit)
    {
        var isBytes = limit.Unit.Length != 0;
        var burst = limit.Burst is { } value ? NftByteUnits.ToBytes(value, isBytes ? limit.BurstUnit : "") : isBytes ? 0 : DefaultBurst;
        return new LimitExpression(NftByteUnits.ToBytes(limit.Rate, limit.Unit), Seconds(limit.Per), (uint)Math.Min(burst, uint.MaxValue))
        {
            Type = isBytes ? LimitType.NFT_LIMIT_PKT_BYTES : LimitType.NFT_LIMIT_PKTS,
            Flags = limit.IsOver ? LimitFlags.NFT_LIMIT_F_INV : LimitFlags.None,
        };
    }

    internal static NftStatement.Limit Read(LimitExpression limit)
    {
        var per = Word(limit.Unit);
        var isOver = (limit.Flags & LimitFlags.NFT_LIMIT_F_INV) != 0;
        if (limit.Type == LimitType.NFT_LIMIT_PKTS)
            return limit.Burst is 0 or DefaultBurst ? new NftStatement.Limit(isOver, limit.Rate, "", per) : new NftStatement.Limit(isOver, limit.Rate, "", per, limit.Burst, "packets");
        var (rate, unit) = NftByteUnits.Of(limit.Rate);
        if (limit.Burst == 0)
            return new NftStatement.Limit(isOver, rate, unit, per);
        var (burst, burstUnit) = NftByteUnits.Of(limit.Burst);
        return new NftStatement.Limit(isOver, rate, unit, per, burst, burstUnit);
    }

    internal static void WriteJson(NftStatement.Limit limit, NftJsonWriter json) => json.Named("limit", () =>
    {
        json.Number("rate", limit.Rate);
        json.Number("burst", Burst(limit));
        json.String("per", limit.Per);
        WriteUnits(limit, json);
    });

    /// <summary>An object's values stand in another order.</summary>
    internal static void WriteValues(NftStatement.Limit limit, NftJsonWriter json)
    {
        json.Number("rate", limit.Rate);
        json.String("per", limit.Per);
        json.Number("burst", Burst(limit));
        WriteUnits(limit, json);
    }

    private static void WriteUnits(NftStatement.Limit limit, NftJsonWriter json)
    {
        if (limit.IsOver)
            json.True("inv");
        if (limit.Unit.Length == 0)
            return;
        json.String("rate_unit", limit.Unit);
        json.String("burst_unit", limit.Burst is null ? "bytes" : limit.BurstUnit);
    }

    private static ulong Burst(NftStatement.Limit limit) => limit.Burst ?? (limit.Unit.Length == 0 ? DefaultBurst : 0);

    private static ulong Seconds(string per) => Units.FirstOrDefault(unit => unit.Word == per, Units[^1]).Seconds;

    private static string Word(ulong seconds) => Units.FirstOrDefault(unit => unit.Seconds == seconds, (Word: "error", Seconds: 0UL)).Word;
}
