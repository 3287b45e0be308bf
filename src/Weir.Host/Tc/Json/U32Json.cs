using System.Text.Json;
using Weir.Rules.Tc;

namespace Weir.Host.Tc.Json;

/// <summary>The options of u32.</summary>
internal static class U32Json
{
    internal static void Write(Utf8JsonWriter json, uint handle, TcU32 u32)
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
        if (u32.Hits is { } hits)
        {
            json.WriteNumber("rule_hit", hits.Tried);
            json.WriteNumber("success", hits.Matched);
        }

        json.WriteStartArray("matches");
        foreach (var (i, match) in u32.Matches.Index())
        {
            json.WriteStartObject();
            json.WriteString("value", $"{match.Value:x}");
            json.WriteString("mask", $"{match.Mask:x}");
            json.WriteString("offmask", match.NextHeader ? "nexthdr+" : "");
            json.WriteNumber("off", match.Offset);
            if (u32.Hits is not null)
                json.WriteNumber("success", u32.Hits.Words.ElementAtOrDefault(i));
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
}
