using System.Globalization;
using Weir.Rules.Iptables;

namespace Weir.Host.Iptables;

/// <summary>Users and groups of this host, from /etc/passwd and /etc/group. A host without them has numbers only.</summary>
internal static class HostNames
{
    internal static IptablesNames Read()
    {
        var users = new Lazy<Dictionary<string, uint>>(() => Numbers("/etc/passwd"));
        var groups = new Lazy<Dictionary<string, uint>>(() => Numbers("/etc/group"));
        return new IptablesNames
        {
            User = name => users.Value.TryGetValue(name, out var number) ? number : null,
            Group = name => groups.Value.TryGetValue(name, out var number) ? number : null,
        };
    }

    /// <summary>passwd(5), group(5): name:password:number:…</summary>
    private static Dictionary<string, uint> Numbers(string path)
    {
        var numbers = new Dictionary<string, uint>(StringComparer.Ordinal);
        if (!File.Exists(path))
            return numbers;
        foreach (var line in File.ReadLines(path))
        {
            if (line.Split(':') is [var name, _, var number, ..] && uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
                numbers.TryAdd(name, parsed);
        }

        return numbers;
    }
}
