using Weir.Testing;

namespace Weir.Bench.Route;

/// <summary>
/// A namespace for one measurement. Its end waits until the kernel has taken it apart: two thousand links go in the background, under the lock that
/// the next measurement needs.
/// </summary>
internal sealed class FreshNamespace : IDisposable
{
    private const string Sign = "weir-sign";

    private readonly TestNamespace _ns = new();

    internal string Name => _ns.Name;

    internal TestNamespace Namespace => _ns;

    public void Dispose()
    {
        // One end of a pair here, the other in there: it goes with the namespace's own links.
        using TestNamespace watcher = new();
        watcher.Ip($"link add {Sign} type veth peer name {Sign} netns {Name}");
        _ns.Dispose();
        Eventually.True(TimeSpan.FromSeconds(60), () => !Tool.Try("ip", "-n", watcher.Name, "link", "show", Sign).Succeeded, $"{Name} to be gone");
    }
}
