using System.Text.Json;
using Weir.Linux;

namespace Weir.Host.Formats;

/// <summary>One kind of text of the standard tools, to and from the kernel.</summary>
public interface IRulesFormat
{
    /// <summary>The word of <c>weir rules --as</c>: <c>iptables</c>, <c>ip6tables</c>, <c>nft</c>, <c>ip</c>, <c>tc</c>, <c>ipset</c>.</summary>
    string Name { get; }

    /// <summary>Parses a text and resolves its names in a namespace; changes nothing.</summary>
    /// <exception cref="RulesTextException">With every line that can't be installed.</exception>
    ILoad Prepare(string text, NetworkNamespace ns, LoadOptions options);

    /// <summary>What the tool itself would print of this namespace.</summary>
    string Show(NetworkNamespace ns, ShowOptions? options = null);

    /// <summary>The same as one JSON value; in the tool's own form where it has one (<c>ip -j</c>, <c>nft -j</c>).</summary>
    void WriteJson(NetworkNamespace ns, Utf8JsonWriter writer, ShowOptions? options = null);
}

/// <summary>A text that is ready to be installed. Disposing of it lets go what it holds open; it takes nothing back.</summary>
public interface ILoad : IDisposable
{
    /// <summary>What would be sent to the kernel, a line for each message.</summary>
    IReadOnlyList<string> Messages { get; }

    /// <summary>Installs all of it, or nothing.</summary>
    /// <exception cref="RefusedLineException">The kernel refused a line; what was done before it is undone.</exception>
    void Apply();

    /// <summary>Takes back what <see cref="Apply"/> did, once, because another text that belongs to this one was refused.</summary>
    /// <exception cref="Weir.Netlink.Protocol.NetlinkException">Something else has changed the namespace meanwhile.</exception>
    void Undo();
}

/// <summary>How a text is shown.</summary>
public sealed record ShowOptions
{
    /// <summary>With what was counted (<c>iptables-save -c</c>, <c>tc -s</c>); nft, ipset and the JSON of iptables always show it.</summary>
    public bool Counters { get; init; }
}

/// <summary>How a text is installed.</summary>
public sealed record LoadOptions
{
    /// <summary>What is there already and is not in the text stays (<c>iptables-restore --noflush</c>).</summary>
    public bool NoFlush { get; init; }

    /// <summary>The counters of a text are set (<c>iptables-restore --counters</c>); otherwise they begin at 0.</summary>
    public bool Counters { get; init; }

    /// <summary>What other texts of the same file make: a text may name it when it is prepared, and it is looked up when the text is applied.</summary>
    public NamesToCome ToCome { get; init; } = NamesToCome.None;
}
