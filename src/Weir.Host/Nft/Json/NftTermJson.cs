using System.Globalization;
using System.Text.Json;
using Weir.Host.Nft.Terms;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Json;

/// <summary>Values and what is looked at, as nft's JSON has them.</summary>
internal static class NftTermJson
{
    internal static void Write(NftTerm term, NftJsonWriter json, Utf8JsonWriter writer)
    {
        switch (term)
        {
            case NftTerm.Word word:
                Word(word, writer);
                break;
            case NftTerm.Prefix prefix:
                json.Named("prefix", () =>
                {
                    json.Optional("addr", prefix.Address);
                    json.Number("len", prefix.Length);
                });
                break;
            case NftTerm.Range range:
                json.Pair("range", range.From, range.To);
                break;
            case NftTerm.List list:
                json.Array(list.Items, json.Term);
                break;
            case NftTerm.Concatenation concatenation:
                json.One("concat", () => json.Array(concatenation.Parts, json.Term));
                break;
            case NftTerm.Set set:
                json.One("set", () => json.Array(set.Elements, json.Element));
                break;
            case NftTerm.SetReference reference:
                writer.WriteStringValue($"@{reference.Name}");
                break;
            case NftTerm.Verdict { Chain: { } chain } verdict:
                json.Named(verdict.Kind, () => json.String("target", chain));
                break;
            case NftTerm.Verdict verdict:
                json.Null(verdict.Kind);
                break;
            default:
                Selector(term, json, writer);
                break;
        }
    }

    private static void Word(NftTerm.Word word, Utf8JsonWriter writer)
    {
        if (!word.IsQuoted && NftDataTypes.RawInteger.Parse(word.Text, NftNames.None) is { } number && number <= ulong.MaxValue)
            writer.WriteNumberValue((ulong)number);
        else if (!word.IsQuoted && word.Text is "exists" or "missing")
            writer.WriteBooleanValue(word.Text == "exists");
        else
            writer.WriteStringValue(word.Text);
    }

    private static void Selector(NftTerm term, NftJsonWriter json, Utf8JsonWriter writer)
    {
        switch (term)
        {
            case NftTerm.Payload payload:
                PayloadTerm.WriteJson(payload, json);
                break;
            case NftTerm.RawPayload raw:
                RawPayloadTerm.WriteJson(raw, json);
                break;
            case NftTerm.Meta meta:
                MetaTerm.WriteJson(meta, json);
                break;
            case NftTerm.Ct ct:
                CtTerm.WriteJson(ct, json);
                break;
            case NftTerm.Socket socket:
                SocketTerm.WriteJson(socket, json);
                break;
            case NftTerm.Route route:
                RouteTerm.WriteJson(route, json);
                break;
            case NftTerm.Fib fib:
                FibTerm.WriteJson(fib, json);
                break;
            case NftTerm.Numgen numgen:
                NumgenTerm.WriteJson(numgen, json);
                break;
            case NftTerm.Hash hash:
                HashTerm.WriteJson(hash, json);
                break;
            case NftTerm.TcpOption option:
                TcpOptionTerm.WriteJson(option, json);
                break;
            case NftTerm.ExtensionHeader header:
                ExtensionHeaderTerm.WriteJson(header, json);
                break;
            case NftTerm.Operation operation:
                OperationTerm.WriteJson(operation, json);
                break;
            case NftTerm.Map map:
                MapTerm.WriteJson(map, json);
                break;
            default:
                writer.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{term}"));
                break;
        }
    }
}
