using System.Text.Json;
using Weir.Rules.Tc;

namespace Weir.Host.Tc.Json;

/// <summary>What police limits; tc's own JSON leaves the rates and sizes out.</summary>
internal static class PoliceJson
{
    internal static void Write(Utf8JsonWriter json, TcPolice police)
    {
        json.WriteNumber("rate", police.Rate);
        json.WriteNumber("burst", police.Burst);
        json.WriteNumber("mtu", police.Mtu);
        if (police.PeakRate != 0)
            json.WriteNumber("peakrate", police.PeakRate);
        if (police.AverageRate != 0)
            json.WriteNumber("avrate", police.AverageRate);
        if (police.PacketRate != 0)
        {
            json.WriteNumber("pkts_rate", police.PacketRate);
            json.WriteNumber("pkts_burst", police.PacketBurst);
        }

        ControlJson.Write(json, police.Control);
        if (police.ConformControl.Length != 0)
            ControlJson.Write(json, police.ConformControl, "conform_action");
        json.WriteNumber("overhead", police.Overhead);
        if (police.Atm)
            json.WriteString("linklayer", "atm");
    }
}
