using System.Text.Json;
using Weir.Rules.Tc;

namespace Weir.Host.Tc.Json;

/// <summary>A qdisc, as <c>tc -j qdisc show</c> has it.</summary>
internal static class QdiscJson
{
    internal static void Write(Utf8JsonWriter json, TcQdisc qdisc)
    {
        json.WriteStartObject();
        json.WriteString("kind", qdisc.Kind);
        json.WriteString("handle", $"{qdisc.Handle >> 16:x}:");
        json.WriteString("dev", qdisc.Device);
        if (qdisc.Parent == TcHandle.Root)
            json.WriteBoolean("root", true);
        else
            json.WriteString("parent", TcHandle.Print(qdisc.Parent));
        if (qdisc.References is { } references)
            json.WriteNumber("refcnt", references);
        json.WriteStartObject("options");
        switch (qdisc.Discipline)
        {
            case TcFifo { Limit: { } limit }:
                json.WriteNumber("limit", limit);
                break;
            case TcHtb htb:
                json.WriteNumber("r2q", htb.RateToQuantum);
                json.WriteString("default", htb.DefaultClass == 0 ? "0" : $"0x{htb.DefaultClass:x}");
                json.WriteNumber("direct_packets_stat", htb.DirectPackets);
                if (htb.DirectQueueLength is { } length)
                    json.WriteNumber("direct_qlen", length);
                break;
            case TcTbf tbf:
                json.WriteNumber("rate", tbf.Rate);
                json.WriteNumber("burst", tbf.Burst);
                if (tbf.PeakRate != 0)
                    json.WriteNumber("minburst", tbf.MinimumBurst);
                json.WriteNumber(tbf.Latency >= 0 ? "lat" : "limit", tbf.Latency >= 0 ? (ulong)tbf.Latency : tbf.Limit ?? 0);
                if (tbf.Overhead != 0)
                    json.WriteNumber("overhead", tbf.Overhead);
                if (tbf.Atm)
                    json.WriteString("linklayer", "atm");
                break;
            case TcPrio prio:
                json.WriteNumber("bands", prio.Bands);
                json.WriteStartArray("priomap");
                foreach (var band in prio.Map)
                    json.WriteNumberValue(band);
                json.WriteEndArray();
                json.WriteBoolean("multiqueue", false);
                break;
            case TcCodel codel:
                CodelJson.Write(json, codel);
                break;
            case TcNetem netem:
                NetemJson.Write(json, netem);
                break;
        }

        json.WriteEndObject();
        StatisticsJson.Write(json, qdisc.Statistics);
        json.WriteEndObject();
    }
}
