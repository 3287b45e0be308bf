using Weir.Netlink.Route;

namespace Weir.Host.State;

/// <summary>The links of a namespace, and their names by index for the other sections.</summary>
internal sealed class LinkNames(IReadOnlyList<Link> links)
{
    private readonly Dictionary<int, string> names = links.ToDictionary(link => link.Index, link => link.Name);

    public IReadOnlyList<Link> Links { get; } = [.. links.OrderBy(link => link.Index)];

    /// <summary>The name, or <c>if7</c> for an index that is gone.</summary>
    public string this[int index] => names.GetValueOrDefault(index) ?? $"if{index}";
}
