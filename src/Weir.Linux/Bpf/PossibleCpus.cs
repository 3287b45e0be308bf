using System.Globalization;

namespace Weir.Linux.Bpf;

/// <summary>How many processors this kernel may ever have: for so many it keeps per-CPU values, however many run.</summary>
public static class PossibleCpus
{
    private static readonly Lazy<int> Read = new(() => CountIn(File.ReadAllText("/sys/devices/system/cpu/possible")));

    public static int Count => Read.Value;

    /// <summary>Counts a list as sysfs writes it: <c>0-3,8,10-11</c>. The ids have no gaps in practice; the kernel's arrays go to the highest.</summary>
    internal static int CountIn(string list)
    {
        int highest = 0;
        foreach (string part in list.Trim().Split(',', '-'))
            highest = Math.Max(highest, int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture));
        return highest + 1;
    }
}
