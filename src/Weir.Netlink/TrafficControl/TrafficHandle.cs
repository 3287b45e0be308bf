using System.Globalization;

namespace Weir.Netlink.TrafficControl;

/// <summary>The numbers that name qdiscs, classes and hooks: <c>MAJOR:MINOR</c>, hexadecimal, 16 bits each (include/uapi/linux/pkt_sched.h).</summary>
public static class TrafficHandle
{
    /// <summary>TC_H_ROOT: the parent of a link's own qdisc.</summary>
    public const uint Root = 0xffffffff;

    /// <summary>TC_H_INGRESS, TC_H_CLSACT: the parent of the ingress and the clsact qdisc.</summary>
    public const uint IngressQdisc = 0xfffffff1;

    /// <summary>Where filters of the ingress qdisc hang: <c>parent ffff:</c>.</summary>
    public const uint IngressFilters = 0xffff0000;

    /// <summary>TC_H_MIN_INGRESS of clsact.</summary>
    public const uint Ingress = 0xfffffff2;

    /// <summary>TC_H_MIN_EGRESS of clsact.</summary>
    public const uint Egress = 0xfffffff3;

    /// <summary>As tc prints it: <c>1:10</c>, <c>1:</c>, <c>:5</c>, <c>root</c>, <c>none</c> (lib print_tc_classid).</summary>
    public static string Print(uint handle) => handle switch
    {
        Root => "root",
        0 => "none",
        < 0x10000 => $":{handle:x}",
        _ when (handle & 0xffff) == 0 => $"{handle >> 16:x}:",
        _ => $"{handle >> 16:x}:{handle & 0xffff:x}",
    };

    /// <summary><c>MAJOR:MINOR</c>, either of them left out, <c>root</c>, <c>none</c>; a number without colon is a major.</summary>
    public static bool TryParse(string text, out uint handle)
    {
        handle = text switch { "root" => Root, _ => 0 };
        if (text is "root" or "none")
            return true;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (major, minor) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        if (text.Length is 0 || text == ":" || !Half(major, out var above) || !Half(minor, out var below))
            return false;
        handle = (uint)above << 16 | below;
        return true;
    }

    private static bool Half(string text, out ushort half)
    {
        half = 0;
        return text.Length == 0 || ushort.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out half);
    }
}
