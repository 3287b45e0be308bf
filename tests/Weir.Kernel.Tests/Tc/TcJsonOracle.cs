using System.Globalization;
using System.Text.Json;
using Weir.Testing;
using Xunit;

namespace Weir.Kernel.Tests.Tc;

/// <summary>Weir's JSON beside that of <c>tc -j</c>: the same names and values, in any order.</summary>
/// <remarks>What tc prints twice in one object is brought into Weir's form: <c>match</c> into the array <c>matches</c>, the second <c>control_action</c> into <c>conform_action</c>.</remarks>
internal static class TcJsonOracle
{
    // What Weir has and tc's JSON lacks.
    private static readonly string[] More = ["dev", "parent", "terminal", "rate", "burst", "mtu", "peakrate", "avrate"];

    // Time goes on between the two listings.
    private static readonly string[] Times = ["installed", "last_used", "first_used", "expires"];

    internal static void Equal(TcScene scene, bool counters = false)
    {
        var ours = scene.Json(counters);
        var options = counters ? "-s -j" : "-j";
        var qdiscs = JsonDocument.Parse(scene.Tc($"{options} qdisc show").Check().Output).RootElement;
        Compare([.. qdiscs.EnumerateArray().Select(qdisc => Canonical(qdisc))], [.. ours.GetProperty("qdiscs").EnumerateArray().Select(qdisc => Canonical(qdisc))], "qdisc show");

        foreach (var prompt in scene.Show().Split('\n').Where(line => line.StartsWith("$ tc filter show", StringComparison.Ordinal)))
        {
            var words = prompt.Split(' ');
            var place = words[^1];
            var filters = JsonDocument.Parse(scene.Tc($"{options} {prompt[5..]}").Check().Output).RootElement;
            var mine = ours.GetProperty("filters").EnumerateArray().Where(filter => filter.GetProperty("dev").GetString() == words[5] && filter.GetProperty("parent").GetString() == place);
            Compare([.. filters.EnumerateArray().Select(filter => Canonical(filter, Times))], [.. mine.Select(filter => Canonical(filter, [.. More, .. Times]))], prompt);
        }
    }

    private static void Compare(List<string> tool, List<string> weir, string what)
    {
        for (var i = 0; i < Math.Max(tool.Count, weir.Count); i++)
            Assert.True(tool.ElementAtOrDefault(i) == weir.ElementAtOrDefault(i), $"{what}\ntc   {tool.ElementAtOrDefault(i)}\nWeir {weir.ElementAtOrDefault(i)}");
        Assert.NotEmpty(tool);
    }

    private static string Canonical(JsonElement element, params string[] without) => element.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', Members(element, without).OrderBy(member => member, StringComparer.Ordinal))}}}",
        JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Select(inner => Canonical(inner, without)))}]",
        JsonValueKind.Number => element.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        _ => element.GetRawText(),
    };

    private static IEnumerable<string> Members(JsonElement element, string[] without)
    {
        var matches = element.EnumerateObject().Where(member => member.Name == "match").Select(member => Canonical(member.Value)).ToArray();
        if (matches.Length != 0)
            yield return $"matches:[{string.Join(',', matches)}]";
        var isFirst = true;
        foreach (var member in element.EnumerateObject().Where(member => member.Name != "match" && !without.Contains(member.Name)))
        {
            var name = member is { Name: "control_action" } && !isFirst ? "conform_action" : member.Name;
            isFirst &= member.Name != "control_action";
            yield return $"{name}:{Canonical(member.Value, without)}";
        }
    }
}
