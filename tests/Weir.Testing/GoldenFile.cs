using Xunit;

namespace Weir.Testing;

/// <summary>Text that the tests pin, under <c>tests/golden/</c>. <c>./dev golden</c> (WEIR_GOLDEN=1) rewrites it; the diff is what a review sees.</summary>
public static class GoldenFile
{
    public static bool Rewriting => Environment.GetEnvironmentVariable("WEIR_GOLDEN") is "1";

    public static string PathOf(string name) => Path.Combine(Repository.Root, "tests", "golden", name);

    public static string Read(string name) => File.ReadAllText(PathOf(name));

    /// <param name="name">Relative to <c>tests/golden/</c>: <c>plan/inline.txt</c>.</param>
    public static void Compare(string name, string actual)
    {
        string path = PathOf(name);
        actual = actual.ReplaceLineEndings("\n");
        if (!actual.EndsWith('\n'))
            actual += "\n";

        if (Rewriting)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }

        Assert.True(File.Exists(path), $"tests/golden/{name} is missing; ./dev golden writes it. It would be:\n{actual}");
        string expected = File.ReadAllText(path);
        if (!string.Equals(expected, actual, StringComparison.Ordinal))
            Assert.Fail($"tests/golden/{name} differs (./dev golden rewrites it, if the change is meant):\n{Differences(expected, actual)}");
    }

    private static string Differences(string expected, string actual)
    {
        string[] before = expected.Split('\n'), after = actual.Split('\n');
        IEnumerable<string> lines = Enumerable.Range(0, Math.Max(before.Length, after.Length))
            .Select(i => (Line: i + 1, Before: before.ElementAtOrDefault(i), After: after.ElementAtOrDefault(i)))
            .Where(pair => !string.Equals(pair.Before, pair.After, StringComparison.Ordinal))
            .Take(12)
            .Select(pair => $"line {pair.Line}\n- {pair.Before}\n+ {pair.After}");
        return string.Join('\n', lines);
    }
}
