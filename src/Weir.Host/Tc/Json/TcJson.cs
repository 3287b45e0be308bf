using System.Text.Json;
using Weir.Host.Formats;

namespace Weir.Host.Tc.Json;

/// <summary><c>tc -j</c> as one value: <c>{"qdiscs":[…],"classes":[…],"filters":[…]}</c>.</summary>
/// <remarks>
/// Qdiscs and filters are as <c>tc -j</c> of iproute2 6.1 has them, filters with their device and parent. It has no JSON for classes and fw, and for u32
/// what it prints is none (it repeats the name <c>match</c>, and breaks at <c>nexthdr</c> and offsets): these have a form of their own here, with <c>matches</c> as an
/// array. Of police it leaves out rates and sizes, and repeats the name <c>control_action</c>: here the second one is <c>conform_action</c>.
/// </remarks>
internal static class TcJson
{
    internal static void Write(Utf8JsonWriter json, TcReader reader, IReadOnlyList<TcHook> hooks, ShowOptions options)
    {
        json.WriteStartObject();
        json.WriteStartArray("qdiscs");
        foreach (var qdisc in reader.Qdiscs())
            QdiscJson.Write(json, options.Counters ? qdisc : TcCounts.Without(qdisc));
        json.WriteEndArray();
        json.WriteStartArray("classes");
        foreach (var link in reader.Names.Keys)
        {
            foreach (var @class in reader.Classes(link))
                ClassJson.Write(json, options.Counters ? @class : TcCounts.Without(@class));
        }

        json.WriteEndArray();
        json.WriteStartArray("filters");
        foreach (var hook in hooks)
        {
            foreach (var filter in reader.Filters(hook.Link, hook.Parent))
                FilterJson.Write(json, options.Counters ? filter : TcCounts.Without(filter));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
