using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Json;

/// <summary>Sets and maps with their elements, as nft's JSON has them.</summary>
internal static class NftSetJson
{
    internal static void Write(NftTable table, NftSet set, NftJsonWriter json)
    {
        json.String("family", table.Family);
        json.String("name", set.Name);
        json.String("table", table.Name);
        json.Strings("type", Types(set.TypeOf, set.KeyTypes));
        json.Number("handle", set.Handle);
        json.Comment(set.Comment);
        if (set.IsMap)
            json.Strings("map", Types(set.DataTypeOf, set.DataTypes));
        if (set.Policy is not null)
            json.String("policy", set.Policy);
        if (set.Size is { } size)
            json.Number("size", size);
        // nft leaves dynamic out.
        if (set.Flags.Any(flag => flag != "dynamic"))
            json.List("flags", set.Flags.Where(flag => flag != "dynamic"));
        if (set.Timeout is not null)
            json.Number("timeout", NftElementJson.Seconds(set.Timeout));
        if (set.GcInterval is not null)
            json.Number("gc-interval", NftElementJson.Seconds(set.GcInterval));
        if (set.AutoMerge)
            json.True("auto-merge");
        if (set.Statements.Count > 0)
            json.Property("stmt", () => json.Array(set.Statements, statement => NftStatementJson.Write(statement, json)));
        if (set.Elements is { } elements)
            json.Property("elem", () => json.Array(elements, json.Element));
    }

    private static IReadOnlyList<string> Types(NftTerm? of, IReadOnlyList<string> types) =>
        of is null ? types : [.. NftElementWriter.Parts(of).Select(part => NftTypeOf.Find(part)?.Name ?? "integer")];
}
