using System.Text.RegularExpressions;
using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Testing;

namespace Weir.Kernel.Tests.Nftables;

/// <summary>A namespace of a test's own with Weir's nf_tables socket in it, beside nft and iptables.</summary>
internal sealed partial class NftOracle : IDisposable
{
    private readonly TestNamespace _made = new();

    internal NftOracle()
    {
        Namespace = NetworkNamespace.OpenNamed(_made.Name);
        Socket = NftSocket.Open(Namespace);
    }

    internal NetworkNamespace Namespace { get; }

    internal NftSocket Socket { get; }

    internal string Name => _made.Name;

    internal TestNamespace Made => _made;

    /// <summary>Runs nft with a line's words; it must succeed.</summary>
    internal string Nft(string line) => _made.Run("nft", line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Output;

    /// <summary>Gives a text to a program inside, as <c>nft -f -</c> and <c>iptables-restore</c> take it.</summary>
    internal void Load(string text, params IReadOnlyList<string> command) =>
        Tool.Try(TimeSpan.FromSeconds(30), "ip", ["netns", "exec", Name, .. command], text).Check();

    /// <summary>All that nft says of the rules: as text, as JSON, as the kernel's expressions; handles, which every commit counts on, and times left rubbed out.</summary>
    internal string Everything() =>
        Nft("-s list ruleset") + Counted().Replace(Nft("-j -s list ruleset"), "") + Expressions();

    /// <summary>Elements come as a hash table has them; a nameless chain is numbered by the kernel.</summary>
    private string Expressions()
    {
        var lines = Nft("--debug=netlink -s list ruleset").Split('\n').Where(line => !line.StartsWith("\telement", StringComparison.Ordinal));
        return NamelessChains().Replace(RuleHandles().Replace(string.Join('\n', lines), "${rule}"), "__chain");
    }

    public void Dispose()
    {
        Socket.Dispose();
        Namespace.Dispose();
        _made.Dispose();
    }

    [GeneratedRegex("\"(handle|expires)\": [0-9]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Counted();

    [GeneratedRegex("^(?<rule>(ip|ip6|inet|arp|bridge|netdev) \\S+ \\S+) [0-9]+( [0-9]+)? *$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex RuleHandles();

    [GeneratedRegex("__chain[0-9]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex NamelessChains();
}
