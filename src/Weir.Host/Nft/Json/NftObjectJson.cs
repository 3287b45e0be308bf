using Weir.Host.Nft.Statements;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Json;

/// <summary>Named counters, quotas, limits and helpers, as nft's JSON has them.</summary>
internal static class NftObjectJson
{
    /// <summary>What stands behind an object's name.</summary>
    internal static void Write(NftObject value, NftJsonWriter json)
    {
        json.Comment(value.Comment);
        switch (value.State)
        {
            case NftStatement.Counter counter:
                CounterStatement.WriteValues(counter, json);
                break;
            case NftStatement.Quota quota:
                QuotaStatement.WriteValues(quota, json);
                break;
            case NftStatement.Limit limit:
                LimitStatement.WriteValues(limit, json);
                break;
        }

        foreach (var setting in value.Settings)
        {
            switch (setting.Split(' '))
            {
                case ["type", var type, "protocol", var protocol]:
                    json.String("type", type.Trim('"'));
                    json.String("protocol", protocol);
                    break;
                case [var name, var word]:
                    json.String(name, word);
                    break;
            }
        }
    }
}
