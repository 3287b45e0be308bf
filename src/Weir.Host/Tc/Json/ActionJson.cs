using System.Text.Json;
using Weir.Rules.Tc;

namespace Weir.Host.Tc.Json;

/// <summary>The actions of a filter.</summary>
internal static class ActionJson
{
    internal static void Write(Utf8JsonWriter json, IReadOnlyList<TcAction> actions)
    {
        if (actions.Count == 0)
            return;
        json.WriteStartArray("actions");
        for (var i = 0; i < actions.Count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("order", i + 1);
            json.WriteString("kind", actions[i].Kind);
            Write(json, actions[i]);
            if (actions[i].Statistics is { } statistics)
            {
                json.WriteStartObject("stats");
                StatisticsJson.Write(json, statistics);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, TcAction action)
    {
        switch (action)
        {
            case TcMirred mirred:
                json.WriteString("mirred_action", mirred.Redirect ? "redirect" : "mirror");
                json.WriteString("direction", mirred.Ingress ? "ingress" : "egress");
                json.WriteString("to_dev", mirred.Device);
                ControlJson.Write(json, mirred.Control);
                break;
            case TcGact gact:
                ControlJson.Write(json, gact.Control);
                json.WriteStartObject("prob");
                json.WriteString("random_type", gact.Random);
                ControlJson.Write(json, gact.RandomControl);
                json.WriteNumber("val", gact.RandomValue);
                json.WriteEndObject();
                break;
            case TcSkbedit skbedit:
                if (skbedit.QueueMapping is { } queue)
                    json.WriteNumber("queue_mapping", queue);
                if (skbedit.Priority is { } priority)
                    json.WriteString("priority", TcHandle.Print(priority));
                if (skbedit.Mark is { } mark)
                    json.WriteNumber("mark", mark);
                if (skbedit.MarkMask is { } mask)
                    json.WriteString("mask", $"{mask:x}");
                if (skbedit.PacketType is { } type)
                    json.WriteString("ptype", type);
                if (skbedit.InheritDsField)
                    json.WriteNull("inheritdsfield");
                ControlJson.Write(json, skbedit.Control);
                break;
            case TcCsum csum:
                json.WriteString("csum", string.Join(", ", csum.Kinds));
                ControlJson.Write(json, csum.Control);
                break;
            case TcPedit pedit:
                ControlJson.Write(json, pedit.Control);
                json.WriteNumber("nkeys", pedit.Keys.Count);
                break;
            case TcPolice police:
                PoliceJson.Write(json, police);
                break;
        }

        json.WriteNumber("index", action.Index);
        json.WriteNumber("ref", action.References);
        json.WriteNumber("bind", action.Bindings);
        StatisticsJson.Write(json, action.Times);
        if (action is not TcPedit changes)
            return;
        json.WriteStartArray("keys");
        foreach (var key in changes.Keys)
        {
            json.WriteStartObject();
            json.WriteString("htype", key.Header.Length == 0 ? "network" : key.Header);
            json.WriteNumber("offset", key.Offset);
            json.WriteString("cmd", key.Add ? "add" : "set");
            json.WriteString("val", $"{key.Value:x}");
            json.WriteString("mask", $"{key.Mask:x}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
