using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Json;

/// <summary>Elements of sets, as nft's JSON has them.</summary>
internal static class NftElementJson
{
    internal static void Write(NftElement element, NftJsonWriter json)
    {
        if (element.Data is { } data)
        {
            json.Array<Action>([() => Write(element with { Data = null }, json), () => json.Term(data)], write => write());
            return;
        }

        if (element is { Timeout: null, Expires: null, Comment: null, Statements.Count: 0 })
        {
            json.Term(element.Key);
            return;
        }

        json.Named("elem", () =>
        {
            json.Optional("val", element.Key);
            if (element.Timeout is not null)
                json.Number("timeout", Seconds(element.Timeout));
            if (element.Expires is not null)
                json.Number("expires", Seconds(element.Expires));
            json.Comment(element.Comment);
        });
    }

    internal static ulong Seconds(string time) => (ulong)(NftDataTypes.Time.Parse(time, NftNames.None) ?? 0) / 1000;
}
