using System.Globalization;

namespace Weir.Rules.Tc;

/// <summary>The numbers that name qdiscs, classes and hooks, <c>MAJOR:MINOR</c>, and those of u32, <c>TABLE:BUCKET:NODE</c>; all hexadecimal.</summary>
public static class TcHandle
{
    public const uint Root = 0xffffffff;
    public const uint IngressQdisc = 0xfffffff1;
    public const uint IngressFilters = 0xffff0000;
    public const uint Ingress = 0xfffffff2;
    public const uint Egress = 0xfffffff3;

    /// <summary><c>1:10</c>, <c>1:</c>, <c>:5</c>, <c>root</c>, <c>none</c>.</summary>
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
        handle = text == "root" ? Root : 0;
        if (text is "root" or "none")
            return true;
        var parts = text.Split(':');
        if (text is "" or ":" || parts.Length > 2 || !Part(parts[0], 0xffff, out var major) || !Part(parts.Length == 2 ? parts[1] : "", 0xffff, out var minor))
            return false;
        handle = major << 16 | minor;
        return true;
    }

    /// <summary>A qdisc's own: <c>1:</c> or <c>1</c>. As tc does it, what follows the colon is not looked at.</summary>
    public static bool TryParseMajor(string text, out uint handle)
    {
        handle = 0;
        if (text == "none")
            return true;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon == 0 || !Part(colon < 0 ? text : text[..colon], 0xffff, out var major) || text.Length == 0)
            return false;
        handle = major << 16;
        return true;
    }

    /// <summary>A handle of u32: <c>800::801</c>, <c>2:7:800</c>, <c>3:</c>.</summary>
    public static string PrintU32(uint handle)
    {
        var (table, bucket, node) = (handle >> 20, handle >> 12 & 0xff, handle & 0xfff);
        if (handle == 0)
            return "none";
        var text = (table == 0 ? "" : $"{table:x}:") + (bucket == 0 ? "" : $"{bucket:x}");
        return node == 0 ? text : $"{(text.Length == 0 ? ":" : text)}:{node:x}";
    }

    /// <summary>A number without colon is a node.</summary>
    public static bool TryParseU32(string text, out uint handle)
    {
        handle = 0;
        if (text == "none")
            return true;
        var parts = text.Split(':');
        if (text.Length == 0 || parts.Length > 3)
            return false;
        var (table, bucket, node) = parts.Length switch { 1 => ("", "", parts[0]), 2 => (parts[0], parts[1], ""), _ => (parts[0], parts[1], parts[2]) };
        if (!Part(table, 0xfff, out var tableNumber) || !Part(bucket, 0xff, out var bucketNumber) || !Part(node, 0xfff, out var nodeNumber))
            return false;
        handle = tableNumber << 20 | bucketNumber << 12 | nodeNumber;
        return true;
    }

    private static bool Part(string text, uint limit, out uint number)
    {
        number = 0;
        if (text.StartsWith("0x", StringComparison.Ordinal))
            text = text[2..];
        return text.Length == 0 || (uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && number <= limit);
    }
}
