using System.Text.RegularExpressions;
using Weir.Linux;
using Weir.Netlink.Ipset;
using Weir.Testing;

namespace Weir.Kernel.Tests.Ipset;

/// <summary>A namespace of a test's own with Weir's socket in it, beside ipset.</summary>
internal sealed partial class IpsetOracle : IDisposable
{
    private readonly TestNamespace _made = new();

    internal IpsetOracle()
    {
        Namespace = NetworkNamespace.OpenNamed(_made.Name);
        Socket = IpsetSocket.Open(Namespace);
    }

    internal NetworkNamespace Namespace { get; }

    internal IpsetSocket Socket { get; }

    internal TestNamespace Made => _made;

    internal ToolResult Ipset(string line) => _made.Run("ipset", line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    internal ToolResult Restore(string text) => Tool.Try(TimeSpan.FromSeconds(30), "ip", ["netns", "exec", _made.Name, Tool.Find("ipset")!, "restore"], text);

    internal string Save() => _made.Run("ipset", "save").Output;

    /// <summary>Without what differs between two hashes with the same content: the random start value and, with it, the order; and without the time that passes.</summary>
    internal static string Comparable(string saved) =>
        string.Join('\n', Passing().Replace(saved, "${what}").Split('\n').Order(StringComparer.Ordinal));

    public void Dispose()
    {
        Socket.Dispose();
        Namespace.Dispose();
        _made.Dispose();
    }

    [GeneratedRegex("(?<what> initval) 0x[0-9a-f]{8}|(?<=^add .*)(?<what> timeout) [1-9][0-9]*", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Passing();
}
