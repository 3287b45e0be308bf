using System.Globalization;
using Weir.Netlink.Nftables;

namespace Weir.Host.Nft;

/// <summary>Families, hooks and priorities by nft's names; include/uapi/linux/netfilter.h, netfilter_bridge.h.</summary>
internal static class NftHookNames
{
    private static readonly string[] Inet = ["prerouting", "input", "forward", "output", "postrouting", "ingress"];
    private static readonly string[] Netdev = ["ingress", "egress"];
    private static readonly string[] Arp = ["input", "output"];

    internal static NftFamily? Family(string word) => word switch
    {
        "" or "ip" => NftFamily.Ip,
        "ip6" => NftFamily.Ip6,
        "inet" => NftFamily.Inet,
        "arp" => NftFamily.Arp,
        "bridge" => NftFamily.Bridge,
        "netdev" => NftFamily.Netdev,
        _ => null,
    };

    internal static uint? Hook(NftFamily family, string name) => Array.IndexOf(Hooks(family), name) is >= 0 and var number ? (uint)number : null;

    internal static string Hook(NftFamily family, uint number) => number < Hooks(family).Length ? Hooks(family)[number] : number.ToString(CultureInfo.InvariantCulture);

    /// <summary><c>filter</c>, <c>filter + 5</c>, <c>-100</c> as a number.</summary>
    internal static int? Priority(NftFamily family, string? hook, string text)
    {
        var words = text.Split(' ');
        if (Base(family, hook, words[0]) is not { } start)
            return words.Length == 1 && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        if (words.Length == 1)
            return start;
        return words.Length == 3 && int.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var distance) ? words[1] == "-" ? start - distance : start + distance : null;
    }

    /// <summary>A number as nft prints it: the name of the nearest priority when it is at most ten away.</summary>
    internal static string Priority(NftFamily family, string? hook, int number)
    {
        const int reach = 10;
        // nft prints no names for bridge's chains and for chains that no name is meant for.
        (string Name, int Value)? nearest = null;
        foreach (var (name, value) in Names(family, hook))
        {
            if (Math.Abs(number - value) <= reach && (nearest is not { } best || Math.Abs(number - value) < Math.Abs(number - best.Value)))
                nearest = (name, value);
        }

        if (nearest is not { } found)
            return number.ToString(CultureInfo.InvariantCulture);
        var distance = number - found.Value;
        return distance == 0 ? found.Name : distance > 0 ? $"{found.Name} + {distance}" : $"{found.Name} - {-distance}";
    }

    private static string[] Hooks(NftFamily family) => family switch
    {
        NftFamily.Netdev => Netdev,
        NftFamily.Arp => Arp,
        _ => Inet,
    };

    private static int? Base(NftFamily family, string? hook, string name)
    {
        foreach (var (known, value) in Names(family, hook))
        {
            if (known == name)
                return value;
        }

        return null;
    }

    private static IEnumerable<(string Name, int Value)> Names(NftFamily family, string? hook)
    {
        switch (family)
        {
            case NftFamily.Arp or NftFamily.Netdev:
                yield return ("filter", 0);
                yield break;
            case NftFamily.Bridge:
                yield return ("filter", -200);
                if (hook is "prerouting")
                    yield return ("dstnat", -300);
                if (hook is "output")
                    yield return ("out", 100);
                if (hook is "postrouting")
                    yield return ("srcnat", 300);
                yield break;
        }

        yield return ("raw", -300);
        yield return ("mangle", -150);
        if (hook is "prerouting" or null)
            yield return ("dstnat", -100);
        yield return ("filter", 0);
        yield return ("security", 50);
        if (hook is "postrouting" or null)
            yield return ("srcnat", 100);
    }
}
