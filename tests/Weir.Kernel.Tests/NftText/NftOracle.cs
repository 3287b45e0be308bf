using Weir.Host.Formats;
using Weir.Host.Nft;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.NftText;

/// <summary>Two namespaces: nft loads into one, Weir into the other, and all that they show must be equal.</summary>
internal sealed class NftOracle : IDisposable
{
    private readonly TestNamespace _nft = new();
    private readonly TestNamespace _weir = new();
    private readonly NftFormat _format = new();

    internal static void Require() => RootTier.Require("ip", "nft");

    internal static string List(TestNamespace ns) => ns.Run("nft", "list", "ruleset").Output;

    internal string List() => List(_weir);

    internal TestNamespace Weir => _weir;

    internal ToolResult LoadByNft(string text) => Tool.Try(TimeSpan.FromSeconds(60), "ip", ["netns", "exec", _nft.Name, Tool.Find("nft")!, "-f", "-"], text);

    internal void LoadByWeir(string text)
    {
        using var ns = NetworkNamespace.OpenNamed(_weir.Name);
        _format.Prepare(text, ns, new LoadOptions()).Apply();
    }

    internal string Show()
    {
        using var ns = NetworkNamespace.OpenNamed(_weir.Name);
        return _format.Show(ns);
    }

    internal string ShowWhatNftLoaded()
    {
        using var ns = NetworkNamespace.OpenNamed(_nft.Name);
        return _format.Show(ns);
    }

    /// <summary>Loads a text by both; all four views are the same.</summary>
    internal void LoadsTheSame(string text)
    {
        LoadByNft(text).Check();
        LoadByWeir(text);
        var expected = List(_nft);
        Same(expected, List(_weir), "nft lists what Weir loaded");
        Same(expected, ShowWhatNftLoaded(), "Weir shows what nft loaded");
        Same(expected, Show(), "Weir shows what Weir loaded");
    }

    /// <summary>Fails with all lines that differ, not the first alone.</summary>
    private static void Same(string expected, string actual, string what)
    {
        if (expected == actual)
            return;
        string[] left = expected.Split('\n'), right = actual.Split('\n');
        var lines = Enumerable.Range(0, Math.Max(left.Length, right.Length)).Where(i => left.ElementAtOrDefault(i) != right.ElementAtOrDefault(i)).Take(40)
            .Select(i => $"nft:  {left.ElementAtOrDefault(i)?.Trim()}\nhere: {right.ElementAtOrDefault(i)?.Trim()}");
        Assert.Fail($"{what}:\n{string.Join('\n', lines)}");
    }

    public void Dispose()
    {
        _nft.Dispose();
        _weir.Dispose();
    }
}
