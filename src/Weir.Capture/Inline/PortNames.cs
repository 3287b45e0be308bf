namespace Weir.Capture.Inline;

/// <summary>Names of a port's links in Weir's namespace: kind, id in hex, the port's own name, at most 15 characters.</summary>
internal static class PortNames
{
    private const int Longest = 15;

    public static string Outside(ushort id, string port) => Cut($"vex{id:x}-{port}");

    public static string Inside(ushort id, string port) => Cut($"vin{id:x}-{port}");

    public static string Spare(ushort id, string port) => Cut($"vne{id:x}-{port}");

    public static bool IsPort(string name) => name.StartsWith("vex", StringComparison.Ordinal) || name.StartsWith("vin", StringComparison.Ordinal) || name.StartsWith("vne", StringComparison.Ordinal);

    private static string Cut(string name) => name.Length <= Longest ? name : name[..Longest];
}
