using Weir.Host;
using Weir.Linux;

namespace Weir.Cli.Demo;

/// <summary>The states of all namespaces concerned before anything was captured, and what differs later.</summary>
internal sealed class StateProof
{
    private readonly List<NamespaceState> _before = [];
    private readonly List<string> _names = [];

    /// <summary>A namespace, how many lines its state has now, and the differences from before.</summary>
    public sealed record Comparison(string Namespace, int Lines, IReadOnlyList<string> Differences);

    public bool IsTaken => _names.Count > 0;

    public void Take(IEnumerable<string> namespaces)
    {
        foreach (var name in namespaces)
        {
            _before.Add(Read(name));
            _names.Add(name);
        }
    }

    /// <summary>A namespace that can't be read any more is a difference too.</summary>
    public IReadOnlyList<Comparison> Compare() => [.. _names.Zip(_before, Compare)];

    private static Comparison Compare(string name, NamespaceState before)
    {
        try
        {
            var after = Read(name);
            return new Comparison(name, after.Sections.Values.Sum(lines => lines.Count), NamespaceState.Compare(before, after));
        }
        catch (Exception e) when (HostRefusal.Is(e) || e is IOException)
        {
            return new Comparison(name, 0, [$"can't be read any more: {e.Message}"]);
        }
    }

    private static NamespaceState Read(string name)
    {
        using var ns = NetworkNamespace.OpenNamed(name);
        return NamespaceState.Read(ns);
    }
}
