using System.Text.Json;
using Weir.Rules.Tc;

namespace Weir.Host.Tc.Json;

/// <summary>A key of flower, its mask beside it where tc has it so.</summary>
internal static class FlowerJson
{
    internal static void Write(Utf8JsonWriter json, TcFlowerKey key)
    {
        if (key.Name is "dst_port" or "src_port" or "vlan_id" or "vlan_prio" && long.TryParse(key.Value, out var number))
        {
            json.WriteNumber(key.Name, number);
        }
        else if (key.Name is "ip_tos" or "ip_ttl" && key.Value.Split("/0x") is [var value, .. var mask] && long.TryParse(value, out number))
        {
            json.WriteNumber(key.Name, number);
            if (mask.Length != 0)
                json.WriteString($"{key.Name}_mask", mask[0]);
        }
        else
        {
            json.WriteString(key.Name, key.Value);
        }
    }
}
