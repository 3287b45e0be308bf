using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>update @set { ip saddr timeout 5m : 0x1 }</c>: the packet changes a set.</summary>
internal static class SetUpdateStatement
{
    private const uint WordsOfRegister = 4;

    internal static void Write(NftStatement.SetUpdate update, NftRuleDraft rule)
    {
        var set = rule.Table.Set(update.Set);
        var behindKey = PutKey(update.Element.Key, set, rule);
        NftRegister? data = null;
        if (update.Element.Data is { } value)
        {
            // nft puts the data into the next whole register.
            data = (NftRegister)(((behindKey - (uint)NftRegister.NFT_REG32_00 + WordsOfRegister - 1) / WordsOfRegister) + 1);
            rule.Terms.Put(value, set.Data, data.Value);
        }

        rule.Add(new DynsetExpression(update.Set, Operation(update.Operation))
        {
            Data = data,
            Timeout = NftElementWriter.Time(update.Element.Timeout),
            Expressions = [.. update.Element.Statements.Select(StatefulStatements.Write)],
            Flags = update.Element.Statements.Count > 0 ? DynsetFlags.NFT_DYNSET_F_EXPR : DynsetFlags.None,
        });
    }

    internal static NftStatement.SetUpdate Read(DynsetExpression dynset, NftReadRule rule)
    {
        var set = rule.Set(dynset.Set);
        var nodes = rule.Registers.Key(dynset.Key, set.Set.KeyLength);
        var key = nodes is [NftNode.Constant constant] ? rule.Elements.Key(set.Spec.Key, constant.Value.Span) : rule.Lookups.Key(nodes, set).Term;
        var element = new Weir.Rules.Nft.NftElement(key)
        {
            Timeout = dynset.Timeout is { } timeout && timeout > TimeSpan.Zero ? NftElementReader.Time(timeout) : null,
            Statements = [.. dynset.Expressions.Select(expression => StatefulStatements.Read(expression, isStateless: true))],
            Data = dynset.Data is { } data ? rule.Given(data, set.Spec.Data[0]) : null,
        };
        return new NftStatement.SetUpdate(Word(dynset.Operation), dynset.Set, element);
    }

    internal static void WriteJson(NftStatement.SetUpdate update, NftJsonWriter json) => json.Named("set", () =>
    {
        json.String("op", update.Operation);
        json.Property("elem", () => json.Element(update.Element));
        json.String("set", $"@{update.Set}");
    });

    /// <summary>Puts the key into the first registers; gives the number of the four bytes behind it.</summary>
    private static uint PutKey(NftTerm key, NftSetSpec set, NftRuleDraft rule)
    {
        var parts = NftElementWriter.Parts(key);
        IReadOnlyList<NftSpec> fields = set.Key;
        if (parts.All(part => part is NftTerm.Word))
            rule.Add(new ImmediateExpression(NftElementWriter.Join(set.Key, [.. parts.Select((part, i) => rule.Elements.Value(part, set.Key[i]))])));
        else
            fields = rule.Terms.LoadAll(key, NftRegister.NFT_REG_1, inNetworkOrder: set is { IsInterval: true, IsConcatenation: true });
        return NftRegister.NFT_REG_1.FirstWord() + (uint)fields.Sum(field => field.PaddedBytes / 4);
    }

    private static DynsetOperation Operation(string word) => word switch
    {
        "add" => DynsetOperation.NFT_DYNSET_OP_ADD,
        "update" => DynsetOperation.NFT_DYNSET_OP_UPDATE,
        _ => DynsetOperation.NFT_DYNSET_OP_DELETE,
    };

    private static string Word(DynsetOperation operation) => operation switch
    {
        DynsetOperation.NFT_DYNSET_OP_ADD => "add",
        DynsetOperation.NFT_DYNSET_OP_UPDATE => "update",
        _ => "delete",
    };
}
