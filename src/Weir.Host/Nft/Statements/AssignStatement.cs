using Weir.Host.Nft.Json;
using Weir.Host.Nft.Terms;
using Weir.Host.Nft.Writing;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>meta mark set 0x1</c>, <c>ip dscp set cs1</c>. What can be set says itself how it is read back.</summary>
internal static class AssignStatement
{
    internal static void Write(NftStatement.Assign assign, NftRuleDraft rule)
    {
        switch (assign.Target)
        {
            case NftTerm.Meta meta:
                MetaTerm.Set(meta, assign.Value, rule);
                break;
            case NftTerm.Ct ct:
                CtTerm.Set(ct, assign.Value, rule);
                break;
            case NftTerm.Payload payload:
                PayloadWrite.Set(payload, assign.Value, rule);
                break;
            case NftTerm.TcpOption { Field: not null } option:
                TcpOptionTerm.Set(option, assign.Value, rule);
                break;
            default:
                throw new NftRefused($"'{assign.Target}' can't be set");
        }
    }

    internal static void WriteJson(NftStatement.Assign assign, NftJsonWriter json) => json.Named("mangle", () =>
    {
        json.Optional("key", assign.Target);
        json.Optional("value", assign.Value);
    });
}
