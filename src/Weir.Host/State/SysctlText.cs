using Weir.Linux;

namespace Weir.Host.State;

/// <summary>The settings that each device has of its own.</summary>
internal static class SysctlText
{
    private static readonly string[] Folders = ["net/ipv4/conf", "net/ipv4/neigh", "net/ipv6/conf", "net/ipv6/neigh"];

    public static IReadOnlyList<string> Read(NetworkNamespace ns) =>
        [.. Folders.SelectMany(folder => Sysctl.ReadTree(ns, folder)).Select(setting => $"{setting.Key} = {setting.Value}").Order(StringComparer.Ordinal)];
}
