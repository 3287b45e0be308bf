using Weir.Host.Nft.Statements;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Json;

/// <summary>Statements of rules, as nft's JSON has them.</summary>
internal static class NftStatementJson
{
    internal static void Write(NftStatement statement, NftJsonWriter json)
    {
        switch (statement)
        {
            case NftStatement.Match match:
                MatchStatement.WriteJson(match, json);
                break;
            case NftStatement.FlagMatch match:
                FlagMatchStatement.WriteJson(match, json);
                break;
            case NftStatement.VerdictMap map:
                VerdictMapStatement.WriteJson(map, json);
                break;
            case NftStatement.Assign assign:
                AssignStatement.WriteJson(assign, json);
                break;
            case NftStatement.Verdict verdict:
                VerdictStatement.WriteJson(verdict, json);
                break;
            case NftStatement.AnonymousChain chain:
                VerdictStatement.WriteJson(chain, json);
                break;
            case NftStatement.Counter counter:
                CounterStatement.WriteJson(counter, json);
                break;
            case NftStatement.Object named:
                ObjectStatement.WriteJson(named, json);
                break;
            case NftStatement.Limit limit:
                LimitStatement.WriteJson(limit, json);
                break;
            case NftStatement.Quota quota:
                QuotaStatement.WriteJson(quota, json);
                break;
            case NftStatement.ConnectionLimit limit:
                ConnectionLimitStatement.WriteJson(limit, json);
                break;
            case NftStatement.Log log:
                LogStatement.WriteJson(log, json);
                break;
            case NftStatement.Nat nat:
                NatStatement.WriteJson(nat, json);
                break;
            case NftStatement.Tproxy tproxy:
                TproxyStatement.WriteJson(tproxy, json);
                break;
            case NftStatement.Reject reject:
                RejectStatement.WriteJson(reject, json);
                break;
            case NftStatement.Notrack:
                NotrackStatement.WriteJson(json);
                break;
            case NftStatement.Queue queue:
                QueueStatement.WriteJson(queue, json);
                break;
            case NftStatement.SetUpdate update:
                SetUpdateStatement.WriteJson(update, json);
                break;
            default:
                json.One("xt", () => json.Text(statement));
                break;
        }
    }
}
