using System.Text.Json;
using Weir.Rules.Tc;

namespace Weir.Host.Tc.Json;

/// <summary>The options of codel and fq_codel.</summary>
internal static class CodelJson
{
    internal static void Write(Utf8JsonWriter json, TcCodel codel)
    {
        Number("limit", codel.Limit);
        Number("flows", codel.Flows);
        Number("quantum", codel.Quantum);
        Number("target", codel.Target);
        Number("ce_threshold", codel.MarkThreshold);
        Number("ce_threshold_selector", codel.MarkSelector?.Value);
        Number("ce_threshold_mask", codel.MarkSelector?.Mask);
        Number("interval", codel.Interval);
        Number("memory_limit", codel.MemoryLimit);
        if (codel.Ecn is true)
            json.WriteBoolean("ecn", true);
        Number("drop_batch", codel.DropBatch);

        void Number(string name, uint? value)
        {
            if (value is { } number)
                json.WriteNumber(name, number);
        }
    }
}
