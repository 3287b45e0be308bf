using System.Text.Json;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary><c>tc -j</c> as one value: <c>{"qdiscs":[…],"classes":[…],"filters":[…]}</c>.</summary>
/// <remarks>
/// Qdiscs and filters are as <c>tc -j</c> of iproute2 6.1 has them, filters with their device and parent. It has no JSON for classes and fw, and for u32
/// what it prints is none (it repeats the name <c>match</c>, and breaks at <c>nexthdr</c> and offsets): these have a form of their own here, with <c>matches</c> as an
/// array. Of police it leaves out rates and sizes, and repeats the name <c>control_action</c>: here the second one is <c>conform_action</c>.
/// </remarks>
internal static class TcJson
{
    internal static void Write(Utf8JsonWriter json, TcReader reader, IReadOnlyList<TcHook> hooks)
    {
        json.WriteStartObject();
        json.WriteStartArray("qdiscs");
        foreach (var qdisc in reader.Qdiscs())
            Write(json, qdisc);
        json.WriteEndArray();
        json.WriteStartArray("classes");
        foreach (var link in reader.Names.Keys)
        {
            foreach (var @class in reader.Classes(link))
                Write(json, @class);
        }

        json.WriteEndArray();
        json.WriteStartArray("filters");
        foreach (var hook in hooks)
        {
            foreach (var filter in reader.Filters(hook.Link, hook.Parent))
                Write(json, filter);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

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
                Write(json, codel);
                break;
            case TcNetem netem:
                Write(json, netem);
                break;
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

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
                    Write(json, filter.Handle, u32);
                    break;
                case TcFlower flower:
                    json.WriteNumber("handle", filter.Handle);
                    if (flower.ClassId != 0)
                        json.WriteString("classid", TcHandle.Print(flower.ClassId));
                    foreach (var key in flower.Keys.Where(key => key.Name == "indev"))
                        Write(json, key);
                    json.WriteStartObject("keys");
                    foreach (var key in flower.Keys.Where(key => key.Name != "indev"))
                        Write(json, key);
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
            Write(json, filter.Actions);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TcClass @class)
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

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TcCodel codel)
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

    private static void Write(Utf8JsonWriter json, TcNetem netem)
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
        static double Fraction(uint chance) => double.Parse(TcUnits.PrintNumber((double)chance / uint.MaxValue), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void Write(Utf8JsonWriter json, uint handle, TcU32 u32)
    {
        json.WriteString("fh", TcHandle.PrintU32(handle));
        if (u32.Divisor != 0)
        {
            json.WriteNumber("ht_divisor", u32.Divisor);
            return;
        }

        json.WriteNumber("order", handle & 0xfff);
        json.WriteString("key_ht", $"{u32.HashTable >> 20:x}");
        json.WriteString("bkt", $"{u32.HashTable >> 12 & 0xff:x}");
        if (u32.ClassId != 0)
            json.WriteString("flowid", TcHandle.Print(u32.ClassId));
        json.WriteBoolean("terminal", u32.Terminal);
        if (u32.Link != 0)
            json.WriteString("link", TcHandle.PrintU32(u32.Link));
        json.WriteStartArray("matches");
        foreach (var match in u32.Matches)
        {
            json.WriteStartObject();
            json.WriteString("value", $"{match.Value:x}");
            json.WriteString("mask", $"{match.Mask:x}");
            json.WriteString("offmask", match.NextHeader ? "nexthdr+" : "");
            json.WriteNumber("off", match.Offset);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (u32.HashMask != 0)
        {
            json.WriteString("hash_mask", $"{u32.HashMask:x}");
            json.WriteNumber("hash_off", u32.HashOffset);
        }

        if (u32.Offset is { } offset)
        {
            json.WriteString("offset_mask", $"{offset.Mask:x}");
            json.WriteNumber("offset_shift", offset.Shift);
            json.WriteNumber("offset_off", offset.At);
            json.WriteNumber("plus", offset.Plus);
        }

        if (u32.Eat)
            json.WriteBoolean("eat", true);
        if (u32.InputDevice.Length != 0)
            json.WriteString("input_dev", u32.InputDevice);
    }

    private static void Write(Utf8JsonWriter json, TcFlowerKey key)
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

    private static void Write(Utf8JsonWriter json, IReadOnlyList<TcAction> actions)
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
                Control(json, mirred.Control);
                break;
            case TcGact gact:
                Control(json, gact.Control);
                json.WriteStartObject("prob");
                json.WriteString("random_type", gact.Random);
                Control(json, gact.RandomControl);
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
                Control(json, skbedit.Control);
                break;
            case TcCsum csum:
                json.WriteString("csum", string.Join(", ", csum.Kinds));
                Control(json, csum.Control);
                break;
            case TcPedit pedit:
                Control(json, pedit.Control);
                json.WriteNumber("nkeys", pedit.Keys.Count);
                break;
            case TcPolice police:
                Write(json, police);
                break;
        }

        json.WriteNumber("index", action.Index);
        json.WriteNumber("ref", action.References);
        json.WriteNumber("bind", action.Bindings);
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

    private static void Write(Utf8JsonWriter json, TcPolice police)
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

        Control(json, police.Control);
        if (police.ConformControl.Length != 0)
            Control(json, police.ConformControl, "conform_action");
        json.WriteNumber("overhead", police.Overhead);
        if (police.Atm)
            json.WriteString("linklayer", "atm");
    }

    private static void Control(Utf8JsonWriter json, string control, string name = "control_action")
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
