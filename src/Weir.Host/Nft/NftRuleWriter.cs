using Weir.Host.Nft.Statements;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft;

/// <summary>
/// Makes a rule's expressions from its statements: loads what is looked at into registers, adds what a match takes for granted
/// (<c>tcp dport</c> that the packet is TCP), and makes the sets that stand in the rule.
/// </summary>
internal sealed class NftRuleWriter(NftRuleTable table, NftNames names)
{
    private readonly NftRuleDraft _rule = new(table, names);

    internal IReadOnlyList<NftExpression> Expressions => _rule.Expressions;

    internal IReadOnlyList<NftAnonymousSet> Sets => _rule.Sets;

    /// <exception cref="NftRefused">A statement can't be made into expressions.</exception>
    internal void Write(NftRule rule)
    {
        var isOver = false;
        foreach (var statement in rule.Statements)
        {
            if (isOver)
                throw new NftRefused("statement after terminal statement has no effect");
            Write(statement);
            isOver = statement is NftStatement.Verdict { Kind: not "continue" } or NftStatement.AnonymousChain or NftStatement.Reject or NftStatement.Nat or NftStatement.Queue or NftStatement.Fwd;
        }
    }

    private void Write(NftStatement statement)
    {
        switch (statement)
        {
            case NftStatement.Match match:
                MatchStatement.Write(match, _rule);
                break;
            case NftStatement.FlagMatch match:
                FlagMatchStatement.Write(match, _rule);
                break;
            case NftStatement.VerdictMap map:
                VerdictMapStatement.Write(map, _rule);
                break;
            case NftStatement.Assign assign:
                AssignStatement.Write(assign, _rule);
                break;
            case NftStatement.Object named:
                ObjectStatement.Write(named, _rule);
                break;
            case NftStatement.Nat nat:
                NatStatement.Write(nat, _rule);
                break;
            case NftStatement.Tproxy tproxy:
                TproxyStatement.Write(tproxy, _rule);
                break;
            case NftStatement.Reject reject:
                RejectStatement.Write(reject, _rule);
                break;
            case NftStatement.Queue queue:
                QueueStatement.Write(queue, _rule);
                break;
            case NftStatement.Dup dup:
                DupStatement.Write(dup, _rule);
                break;
            case NftStatement.Fwd fwd:
                FwdStatement.Write(fwd, _rule);
                break;
            case NftStatement.SetUpdate update:
                SetUpdateStatement.Write(update, _rule);
                break;
            default:
                _rule.Add(Expression(statement));
                break;
        }
    }

    /// <summary>A statement that is one expression.</summary>
    private NftExpression Expression(NftStatement statement) => statement switch
    {
        NftStatement.Verdict verdict => VerdictStatement.Write(verdict),
        NftStatement.AnonymousChain chain => VerdictStatement.Write(chain, _rule),
        NftStatement.Counter or NftStatement.Limit or NftStatement.Quota or NftStatement.ConnectionLimit or NftStatement.Last => StatefulStatements.Write(statement),
        NftStatement.Log log => LogStatement.Write(log),
        NftStatement.Notrack => NotrackStatement.Write(),
        NftStatement.FlowAdd flow => FlowAddStatement.Write(flow),
        NftStatement.Synproxy synproxy => SynproxyStatement.Write(synproxy),
        _ => throw new NftRefused($"'{statement}' is not understood"),
    };
}
