using System.Text.Json;
using Weir.Rules.Tc;

namespace Weir.Host.Tc.Json;

/// <summary>A class, in words of our own: tc has no JSON for it.</summary>
internal static class ClassJson
{
    internal static void Write(Utf8JsonWriter json, TcClass @class)
    {
        json.WriteStartObject();
        json.WriteString("kind", @class.Kind);
        json.WriteString("handle", TcHandle.Print(@class.Handle));
        json.WriteString("dev", @class.Device);
        json.WriteString("parent", TcHandle.Print(@class.Parent));
        if (@class.Leaf != 0)
            json.WriteString("leaf", $"{@class.Leaf >> 16:x}:");
        if (@class.Htb is { } htb)
        {
            if (htb.Priority is { } priority)
                json.WriteNumber("prio", priority);
            json.WriteNumber("rate", htb.Rate);
            json.WriteNumber("ceil", htb.Ceiling);
            json.WriteNumber("burst", htb.Burst);
            json.WriteNumber("cburst", htb.CeilingBurst);
        }

        StatisticsJson.Write(json, @class.Statistics);
        json.WriteEndObject();
    }
}
