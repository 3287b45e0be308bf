using System.Text.Json;
using Weir.Rules.Tc;

namespace Weir.Host.Tc.Json;

/// <summary>A filter, as <c>tc -j filter show</c> has it.</summary>
internal static class FilterJson
{
    internal static void Write(Utf8JsonWriter json, TcFilter filter)
    {
        json.WriteStartObject();
        json.WriteString("dev", filter.Device);
        json.WriteString("parent", filter.Parent switch { TcHandle.Ingress => "ingress", TcHandle.Egress => "egress", var parent => TcHandle.Print(parent ?? 0) });
        json.WriteString("protocol", filter.Protocol);
        json.WriteNumber("pref", filter.Preference);
        json.WriteString("kind", filter.Kind);
        json.WriteNumber("chain", filter.Chain ?? 0);
        if (filter.Handle != 0)
        {
            json.WriteStartObject("options");
            switch (filter.Classifier)
            {
                case TcU32 u32:
                    U32Json.Write(json, filter.Handle, u32);
                    break;
                case TcFlower flower:
                    json.WriteNumber("handle", filter.Handle);
                    if (flower.ClassId != 0)
                        json.WriteString("classid", TcHandle.Print(flower.ClassId));
                    foreach (var key in flower.Keys.Where(key => key.Name == "indev"))
                        FlowerJson.Write(json, key);
                    json.WriteStartObject("keys");
                    foreach (var key in flower.Keys.Where(key => key.Name != "indev"))
                        FlowerJson.Write(json, key);
                    json.WriteEndObject();
                    break;
                case TcBpf bpf:
                    json.WriteString("handle", $"0x{filter.Handle:x}");
                    json.WriteString("bpf_name", bpf.Name);
                    if (bpf.DirectAction)
                        json.WriteBoolean("direct-action", true);
                    json.WriteNumber("id", bpf.ProgramId);
                    json.WriteString("tag", bpf.Tag);
                    break;
                case TcFw fw:
                    json.WriteNumber("handle", filter.Handle);
                    if (fw.Mask != uint.MaxValue)
                        json.WriteString("mask", $"0x{fw.Mask:x}");
                    if (fw.ClassId != 0)
                        json.WriteString("classid", TcHandle.Print(fw.ClassId));
                    if (fw.InputDevice.Length != 0)
                        json.WriteString("indev", fw.InputDevice);
                    break;
                case TcBasic basic:
                    json.WriteString("handle", $"{filter.Handle:x}");
                    if (basic.ClassId != 0)
                        json.WriteString("flowid", TcHandle.Print(basic.ClassId));
                    break;
                default:
                    json.WriteNumber("handle", filter.Handle);
                    if (filter.Classifier.ClassId != 0)
                        json.WriteString("flowid", TcHandle.Print(filter.Classifier.ClassId));
                    break;
            }

            foreach (var word in filter.Classifier.Offload)
                json.WriteBoolean(word, true);
            if (filter.Classifier is TcMatchall { Hits: { } hits })
                json.WriteNumber("rule_hit", hits);
            ActionJson.Write(json, filter.Actions);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
