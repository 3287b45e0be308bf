using Weir.Linux;

namespace Weir.Host;

/// <summary>The network state of one namespace as deterministic text: links, addresses, routes, rules, neighbours, netfilter, tc, sysctls.</summary>
/// <remarks>Two states are equal when nothing that a person could see with the standard tools differs; counters, timers and learned neighbours are left out.</remarks>
public sealed record NamespaceState
{
    public required string Namespace { get; init; }

    /// <summary>By section (<c>links</c>, <c>addresses</c>, <c>routes</c>, <c>rules</c>, <c>neighbors</c>, <c>netfilter</c>, <c>tc</c>, <c>sysctls</c>), a line per object.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Sections { get; init; }

    public static NamespaceState Read(NetworkNamespace ns) => throw new NotImplementedException();

    /// <summary>The differences as <c>-</c> and <c>+</c> lines with their section; empty when equal.</summary>
    public static IReadOnlyList<string> Compare(NamespaceState before, NamespaceState after) => throw new NotImplementedException();
}
