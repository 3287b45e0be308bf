using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Statements;

/// <summary><c>queue flags bypass to 0-3</c>, <c>queue to numgen inc mod 4</c>.</summary>
internal static class QueueStatement
{
    internal static void Write(NftStatement.Queue queue, NftRuleDraft rule)
    {
        var flags = queue.Flags.Aggregate(QueueFlags.None, (sum, flag) => sum | (flag == "bypass" ? QueueFlags.NFT_QUEUE_FLAG_BYPASS : QueueFlags.NFT_QUEUE_FLAG_CPU_FANOUT));
        switch (queue.Number)
        {
            case null:
                rule.Add(new QueueExpression(0, 1, flags));
                break;
            case NftTerm.Word or NftTerm.Range:
                var (from, to) = rule.Elements.Interval(queue.Number, NftSpec.Of(NftDataTypes.Integer, 16));
                rule.Add(new QueueExpression((ushort)from, (ushort)(to - from + 1), flags));
                break;
            default:
                rule.Terms.Load(queue.Number, NftRegister.NFT_REG_1, leavesShift: false);
                rule.Add(new QueueExpression(0, 0, flags) { NumberRegister = NftRegister.NFT_REG_1 });
                break;
        }
    }

    internal static NftStatement.Queue Read(QueueExpression queue, NftReadRule rule)
    {
        var flags = new List<string>();
        if ((queue.Flags & QueueFlags.NFT_QUEUE_FLAG_BYPASS) != 0)
            flags.Add("bypass");
        if ((queue.Flags & QueueFlags.NFT_QUEUE_FLAG_CPU_FANOUT) != 0)
            flags.Add("fanout");
        NftTerm number = queue.NumberRegister is { } register ? rule.Nodes.Complete(rule.Registers.Get(register)).Term
            : queue.Total > 1 ? new NftTerm.Range(new NftTerm.Word($"{queue.Number}"), new NftTerm.Word($"{queue.Number + queue.Total - 1}"))
            : new NftTerm.Word($"{queue.Number}");
        return new NftStatement.Queue(number, flags);
    }

    internal static void WriteJson(NftStatement.Queue queue, NftJsonWriter json) => json.Named("queue", () =>
    {
        json.Optional("num", queue.Number);
        if (queue.Flags.Count > 0)
            json.Strings("flags", queue.Flags);
    });
}
