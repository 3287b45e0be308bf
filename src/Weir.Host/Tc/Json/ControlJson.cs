using System.Text.Json;

namespace Weir.Host.Tc.Json;

/// <summary>What becomes of a frame after an action.</summary>
internal static class ControlJson
{
    internal static void Write(Utf8JsonWriter json, string control, string name = "control_action")
    {
        var words = control.Split(' ');
        json.WriteStartObject(name);
        json.WriteString("type", words[0]);
        if (words is ["goto", _, var chain] && long.TryParse(chain, out var number))
            json.WriteNumber("chain", number);
        if (words is ["jump", var count] && long.TryParse(count, out number))
            json.WriteNumber("jump", number);
        json.WriteEndObject();
    }
}
