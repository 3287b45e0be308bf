using System.Text.Json;
using Weir.Rules.Tc;

namespace Weir.Host.Tc.Json;

/// <summary>What was counted, as <c>tc -s -j</c> has it; of htb's classes, for which tc has no JSON, by the words of its text.</summary>
internal static class StatisticsJson
{
    internal static void Write(Utf8JsonWriter json, TcStatistics? statistics)
    {
        if (statistics is null)
            return;
        if (!statistics.OnlyQueue)
        {
            json.WriteNumber("bytes", statistics.Bytes);
            json.WriteNumber("packets", statistics.Packets);
        }

        json.WriteNumber("drops", statistics.Drops);
        json.WriteNumber("overlimits", statistics.Overlimits);
        json.WriteNumber("requeues", statistics.Requeues);
        json.WriteNumber("backlog", statistics.Backlog);
        json.WriteNumber("qlen", statistics.QueueLength);
        if (statistics.Htb is { } htb)
            Write(json, htb);
        if (statistics.Codel is { } codel)
            Write(json, codel);
        if (statistics.FqCodel is { } fqCodel)
            Write(json, fqCodel);
        if (statistics.FqCodelFlow is { } flow)
            Write(json, flow);
    }

    internal static void Write(Utf8JsonWriter json, TcActionTimes? times)
    {
        Number("installed", times?.Installed);
        Number("last_used", times?.Used);
        Number("first_used", times?.FirstUsed);
        Number("expires", times?.Expires);

        void Number(string name, ulong? seconds)
        {
            if (seconds is { } number)
                json.WriteNumber(name, number);
        }
    }

    private static void Write(Utf8JsonWriter json, TcHtbStatistics htb)
    {
        json.WriteNumber("lended", htb.Lends);
        json.WriteNumber("borrowed", htb.Borrows);
        json.WriteNumber("giants", htb.Giants);
        json.WriteNumber("tokens", htb.Tokens);
        json.WriteNumber("ctokens", htb.CeilingTokens);
    }

    private static void Write(Utf8JsonWriter json, TcCodelStatistics codel)
    {
        json.WriteNumber("count", codel.Count);
        json.WriteNumber("lastcount", codel.LastCount);
        json.WriteNumber("ldelay", codel.Delay);
        if (codel.Dropping)
            json.WriteBoolean("dropping", true);
        json.WriteNumber("drop_next", codel.DropNext);
        json.WriteNumber("maxpacket", codel.LargestPacket);
        json.WriteNumber("ecn_mark", codel.EcnMarks);
        json.WriteNumber("drop_overlimit", codel.DropsOverLimit);
        Unless0(json, "ce_mark", codel.ThresholdMarks);
    }

    private static void Write(Utf8JsonWriter json, TcFqCodelStatistics fqCodel)
    {
        json.WriteNumber("maxpacket", fqCodel.LargestPacket);
        json.WriteNumber("drop_overlimit", fqCodel.DropsOverLimit);
        json.WriteNumber("new_flow_count", fqCodel.NewFlowCount);
        json.WriteNumber("ecn_mark", fqCodel.EcnMarks);
        Unless0(json, "ce_mark", fqCodel.ThresholdMarks);
        Unless0(json, "memory_used", fqCodel.MemoryUsed);
        Unless0(json, "drop_overmemory", fqCodel.DropsOverMemory);
        json.WriteNumber("new_flows_len", fqCodel.NewFlows);
        json.WriteNumber("old_flows_len", fqCodel.OldFlows);
    }

    private static void Write(Utf8JsonWriter json, TcFqCodelFlowStatistics flow)
    {
        json.WriteNumber("deficit", flow.Deficit);
        json.WriteNumber("count", flow.Count);
        json.WriteNumber("lastcount", flow.LastCount);
        json.WriteNumber("ldelay", flow.Delay);
        if (!flow.Dropping)
            return;
        json.WriteBoolean("dropping", true);
        json.WriteNumber("drop_next", flow.DropNext);
    }

    private static void Unless0(Utf8JsonWriter json, string name, uint number)
    {
        if (number != 0)
            json.WriteNumber(name, number);
    }
}
