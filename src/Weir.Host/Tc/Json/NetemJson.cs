using System.Globalization;
using System.Text.Json;
using Weir.Rules.Tc;

namespace Weir.Host.Tc.Json;

/// <summary>The options of netem.</summary>
internal static class NetemJson
{
    internal static void Write(Utf8JsonWriter json, TcNetem netem)
    {
        json.WriteNumber("limit", netem.Limit);
        if (netem.Delay is { } delay)
        {
            json.WriteStartObject("delay");
            json.WriteNumber("delay", delay / 1e6);
            json.WriteNumber("jitter", netem.Jitter / 1e6);
            json.WriteNumber("correlation", Fraction(netem.DelayCorrelation));
            json.WriteEndObject();
        }

        Chance("loss-random", "loss", netem.Loss, netem.LossCorrelation);
        if (netem.StateLoss is { } states)
            Chances("loss-state", ("p13", states.P13), ("p31", states.P31), ("p32", states.P32), ("p23", states.P23), ("p14", states.P14));
        if (netem.BurstLoss is { } bursts)
            Chances("loss-gemodel", ("p", bursts.P), ("r", bursts.R), ("1-h", bursts.LossInBad), ("1-k", bursts.LossInGood));
        Chance("duplicate", "duplicate", netem.Duplicate, netem.DuplicateCorrelation);
        Chance("reorder", "reorder", netem.Reorder, netem.ReorderCorrelation);
        Chance("corrupt", "corrupt", netem.Corrupt, netem.CorruptCorrelation);
        if (netem.Rate != 0)
        {
            json.WriteStartObject("rate");
            json.WriteNumber("rate", netem.Rate);
            json.WriteNumber("packetoverhead", netem.PacketOverhead);
            json.WriteNumber("cellsize", netem.CellSize);
            json.WriteNumber("celloverhead", netem.CellOverhead);
            json.WriteEndObject();
        }

        if (netem.Slot is { } slot)
        {
            json.WriteStartObject("slot");
            json.WriteNumber("min-delay", slot.MinimumDelay / 1e9);
            json.WriteNumber("max-delay", slot.MaximumDelay / 1e9);
            json.WriteNumber("packets", slot.Packets);
            json.WriteNumber("bytes", slot.Bytes);
            json.WriteEndObject();
        }

        json.WriteBoolean("ecn", netem.Ecn);
        json.WriteNumber("gap", netem.Gap);

        void Chance(string name, string value, uint chance, uint correlation)
        {
            if (chance == 0)
                return;
            json.WriteStartObject(name);
            json.WriteNumber(value, Fraction(chance));
            json.WriteNumber("correlation", Fraction(correlation));
            json.WriteEndObject();
        }

        void Chances(string name, params (string Name, uint Chance)[] chances)
        {
            json.WriteStartObject(name);
            foreach (var (inner, chance) in chances)
                json.WriteNumber(inner, Fraction(chance));
            json.WriteEndObject();
        }

        // Six digits, as tc prints them.
        static double Fraction(uint chance) => double.Parse(TcUnits.PrintNumber((double)chance / uint.MaxValue), CultureInfo.InvariantCulture);
    }
}
