using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Statements;
using Weir.Host.Nft.Terms;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft;

/// <summary>
/// Makes statements of a rule's expressions, as nft 1.0.6 does in src/netlink_delinearize.c: follows what the registers hold, and leaves out
/// matches that a later one takes for granted.
/// </summary>
internal sealed class NftRuleReader
{
    private readonly NftReadRule _rule;
    private readonly NftComparisonReader _comparisons;

    /// <param name="findSet">A set of the rule's table by its name.</param>
    /// <param name="findChain">The rules of a chain that is bound to the rule; null for any other chain.</param>
    internal NftRuleReader(NftFamily family, NftNames names, Func<string, NftReadSet?> findSet, Func<string, IReadOnlyList<NftItem>?> findChain)
    {
        _rule = new NftReadRule(family, names, findSet, findChain);
        _comparisons = new NftComparisonReader(_rule);
    }

    /// <exception cref="NftRefused">An expression is not understood.</exception>
    internal IReadOnlyList<NftStatement> Read(IReadOnlyList<NftExpression> expressions)
    {
        foreach (var expression in expressions)
            Read(expression);
        return _rule.Statements;
    }

    private void Read(NftExpression expression)
    {
        switch (expression)
        {
            case CmpExpression cmp:
                _comparisons.Read(cmp);
                break;
            case RangeExpression range:
                _comparisons.Read(range);
                break;
            case LookupExpression lookup:
                _rule.Lookups.Read(lookup);
                break;
            default:
                if (Loaded(expression) is var (register, node))
                    _rule.Registers.Set(register, node);
                else
                    _rule.Add(Statement(expression));
                break;
        }
    }

    /// <summary>What an expression puts into which register; null for one that does something else.</summary>
    private (NftRegister Register, NftNode Node)? Loaded(NftExpression expression) => expression switch
    {
        MetaExpression meta => (meta.Destination, MetaTerm.Read(meta)),
        CtExpression ct => (ct.Destination, CtTerm.Read(ct)),
        SocketExpression socket => (socket.Destination, SocketTerm.Read(socket)),
        RtExpression route => (route.Destination, RouteTerm.Read(route)),
        PayloadExpression payload => (payload.Destination, PayloadTerm.Read(payload)),
        ExthdrExpression extension => (extension.Destination, Extension(extension)),
        FibExpression fib => (fib.Destination, FibTerm.Read(fib)),
        NumgenExpression numgen => (numgen.Destination, NumgenTerm.Read(numgen)),
        HashExpression hash => (hash.Destination, HashTerm.Read(hash, _rule)),
        BitwiseExpression bitwise => (bitwise.Destination, OperationTerm.Read(bitwise, _rule)),
        ByteorderExpression byteorder => (byteorder.Destination, new NftNode.Swapped(_rule.Registers.Get(byteorder.Source))),
        ImmediateExpression immediate when immediate.Destination != NftRegister.NFT_REG_VERDICT => (immediate.Destination, new NftNode.Constant(immediate.Data.Value)),
        _ => null,
    };

    private static NftNode.Loaded Extension(ExthdrExpression extension)
    {
        var loaded = extension.Operation switch
        {
            ExthdrOperation.NFT_EXTHDR_OP_TCPOPT => TcpOptionTerm.Read(extension),
            ExthdrOperation.NFT_EXTHDR_OP_IPV6 => ExtensionHeaderTerm.Read(extension),
            _ => null,
        };
        return loaded ?? throw new NftRefused($"expression exthdr of type {extension.Type} is not understood");
    }

    private NftStatement Statement(NftExpression expression) => expression switch
    {
        ImmediateExpression immediate => VerdictStatement.Read(immediate, _rule),
        CounterExpression or LimitExpression or QuotaExpression or ConnlimitExpression or LastExpression => StatefulStatements.Read(expression, isStateless: false),
        MetaSetExpression meta => MetaTerm.Read(meta, _rule),
        CtSetExpression ct => CtTerm.Read(ct, _rule),
        PayloadSetExpression payload => PayloadWrite.Read(payload, _rule),
        ExthdrSetExpression { Operation: ExthdrOperation.NFT_EXTHDR_OP_TCPOPT, Source: { } source } option => TcpOptionTerm.Read(option, source, _rule),
        ObjrefExpression objref => ObjectStatement.Read(objref, _rule),
        LogExpression log => LogStatement.Read(log),
        NatExpression nat => NatStatement.Read(nat, _rule),
        MasqExpression masq => NatStatement.Read(masq, _rule),
        RedirExpression redir => NatStatement.Read(redir, _rule),
        TproxyExpression tproxy => TproxyStatement.Read(tproxy, _rule),
        RejectExpression reject => RejectStatement.Read(reject, _rule),
        NotrackExpression => NotrackStatement.Read(),
        QueueExpression queue => QueueStatement.Read(queue, _rule),
        DupExpression dup => DupStatement.Read(dup, _rule),
        FwdExpression fwd => FwdStatement.Read(fwd, _rule),
        DynsetExpression dynset => SetUpdateStatement.Read(dynset, _rule),
        FlowOffloadExpression flow => FlowAddStatement.Read(flow),
        SynproxyExpression synproxy => SynproxyStatement.Read(synproxy),
        XtMatch match => new NftStatement.Unknown(NftXtText.Match(match, _rule.Context.TransportHeader)),
        XtTarget target => new NftStatement.Unknown(NftXtText.Target(target)),
        _ => throw new NftRefused($"expression {expression.Kind} is not understood"),
    };
}
