using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary>Statements with a state of their own, which elements of sets and objects have too.</summary>
internal static class StatefulStatements
{
    internal static NftExpression Write(NftStatement statement) => statement switch
    {
        NftStatement.Counter counter => CounterStatement.Write(counter),
        NftStatement.Limit limit => LimitStatement.Write(limit),
        NftStatement.Quota quota => QuotaStatement.Write(quota),
        NftStatement.ConnectionLimit limit => ConnectionLimitStatement.Write(limit),
        NftStatement.Last last => LastStatement.Write(last),
        _ => throw new NftRefused($"'{statement}' does not stand in a set"),
    };

    /// <param name="isStateless">What has been counted so far is left out: the statement is a pattern for a set's elements.</param>
    internal static NftStatement Read(NftExpression expression, bool isStateless) => expression switch
    {
        CounterExpression counter => CounterStatement.Read(counter, isStateless),
        LimitExpression limit => LimitStatement.Read(limit),
        QuotaExpression quota => QuotaStatement.Read(quota, isStateless),
        ConnlimitExpression limit => ConnectionLimitStatement.Read(limit),
        LastExpression last => LastStatement.Read(last, isStateless),
        _ => throw new NftRefused($"expression {expression.Kind} is not understood"),
    };
}
