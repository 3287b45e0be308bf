using System.Text.RegularExpressions;
using Weir.Linux;
using Weir.Netlink;
using Weir.Testing;

namespace Weir.Kernel.Tests.Netlink;

/// <summary>A namespace of a test's own with Weir's socket in it, beside the standard tools.</summary>
internal sealed partial class RouteOracle : IDisposable
{
    private readonly TestNamespace _made = new();

    internal RouteOracle()
    {
        Namespace = NetworkNamespace.OpenNamed(_made.Name);
        Socket = RouteSocket.Open(Namespace);
    }

    internal NetworkNamespace Namespace { get; }

    internal RouteSocket Socket { get; }

    internal string Name => _made.Name;

    internal void Ip(string line) => _made.Ip(line);

    internal ToolResult Run(string program, string line) => _made.Run(program, line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>All that these <c>ip</c> commands print, as one text; times left are rubbed out.</summary>
    internal string Dump(params string[] commands) =>
        string.Concat(commands.Select(command => Times().Replace(Run("ip", command).Output, "${what}")));

    public void Dispose()
    {
        Socket.Dispose();
        Namespace.Dispose();
        _made.Dispose();
    }

    [GeneratedRegex("(?<what>expires|valid_lft|preferred_lft) [0-9]+sec", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Times();
}
