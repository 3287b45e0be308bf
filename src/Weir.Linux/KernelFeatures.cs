using System.Globalization;

namespace Weir.Linux;

/// <summary>include/uapi/linux/capability.h: the privileges that Weir's parts need.</summary>
public enum Capability
{
    CAP_NET_ADMIN = 12,
    CAP_NET_RAW = 13,
    CAP_SYS_ADMIN = 21,
    CAP_PERFMON = 38,
    CAP_BPF = 39,
}

/// <summary>Something that Weir needs of the host and does not find.</summary>
/// <param name="What">What is missing.</param>
/// <param name="Needed">What it is needed for.</param>
/// <param name="Remedy">How to get it.</param>
public sealed record MissingFeature(string What, string Needed, string Remedy);

/// <summary>What the running kernel and this process's privileges allow, found out without changing anything.</summary>
public static class KernelFeatures
{
    /// <summary>The oldest kernel whose packet socket, bpf and netlink calls Weir uses; map memory is counted by cgroup since 5.11, so no memlock limit matters.</summary>
    public static readonly Version OldestRelease = new(5, 15);

    /// <summary>The running kernel's release: <c>6.18.44-generic</c>.</summary>
    public static string Release => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    /// <summary>Whether the process's effective user is root.</summary>
    public static bool IsRoot => SystemCalls.geteuid() == 0;

    /// <summary>Whether the calling thread has a capability in its effective set.</summary>
    public static bool Has(Capability capability) => (EffectiveCapabilities(File.ReadLines("/proc/thread-self/status")) >> (int)capability & 1) != 0;

    /// <summary>All that is missing, at once; empty when Weir can work here.</summary>
    public static IReadOnlyList<MissingFeature> Missing()
    {
        var missing = new List<MissingFeature>();
        if (ParseRelease(Release) is { } release && release < OldestRelease)
            missing.Add(new MissingFeature($"Linux {OldestRelease} or newer (this is {Release})", "packet rings and kernel programs", "boot a newer kernel"));
        AddCapability(missing, Capability.CAP_SYS_ADMIN, "entering and making network namespaces");
        AddCapability(missing, Capability.CAP_NET_ADMIN, "changing links, addresses, routes and filters");
        AddCapability(missing, Capability.CAP_NET_RAW, "reading frames");
        AddCapability(missing, Capability.CAP_BPF, "loading kernel programs", Capability.CAP_SYS_ADMIN);
        AddFile(missing, "/proc/self/ns/net", "network namespaces", "build the kernel with CONFIG_NET_NS");
        AddFile(missing, "/proc/sys/net", "reading and writing network settings", "mount proc at /proc");
        return missing;
    }

    /// <summary>The numbers at the start of a release; null when it has none.</summary>
    internal static Version? ParseRelease(string release)
    {
        var end = 0;
        while (end < release.Length && (char.IsAsciiDigit(release[end]) || release[end] == '.'))
            end++;
        var numbers = release[..end].Trim('.').Split('.');
        return numbers.Length >= 2 && int.TryParse(numbers[0], out var major) && int.TryParse(numbers[1], out var minor) ? new Version(major, minor) : null;
    }

    /// <summary>The line <c>CapEff:</c> of a status file of proc, in hexadecimal; 0 when there is none.</summary>
    internal static ulong EffectiveCapabilities(IEnumerable<string> status)
    {
        var line = status.FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null && ulong.TryParse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var set) ? set : 0;
    }

    private static void AddCapability(List<MissingFeature> missing, Capability capability, string needed, Capability? orElse = null)
    {
        if (!Has(capability) && (orElse is null || !Has(orElse.Value)))
            missing.Add(new MissingFeature(capability.ToString(), needed, IsRoot ? "this container or service was started without it; add it there" : "run as root (sudo)"));
    }

    private static void AddFile(List<MissingFeature> missing, string path, string needed, string remedy)
    {
        if (!Path.Exists(path))
            missing.Add(new MissingFeature(path, needed, remedy));
    }
}
