using Weir.Host.Nft.Json;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>counter packets 0 bytes 0</c>.</summary>
internal static class CounterStatement
{
    internal static CounterExpression Write(NftStatement.Counter counter) => new(counter.Packets ?? 0, counter.Bytes ?? 0);

    internal static NftStatement.Counter Read(CounterExpression counter, bool isStateless) =>
        isStateless ? new NftStatement.Counter(null, null) : new NftStatement.Counter(counter.Packets, counter.Bytes);

    internal static void WriteJson(NftStatement.Counter counter, NftJsonWriter json)
    {
        if (counter.Packets is null)
            json.Null("counter");
        else
            json.Named("counter", () => WriteValues(counter, json));
    }

    internal static void WriteValues(NftStatement.Counter counter, NftJsonWriter json)
    {
        json.Number("packets", counter.Packets ?? 0);
        json.Number("bytes", counter.Bytes ?? 0);
    }
}
