namespace Weir.Policy;

/// <summary>Labels of workloads and groups, compared by content.</summary>
internal static class LabelSet
{
    public static bool AreEqual(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right)
        => left.Count == right.Count && IsSubset(left, right);

    /// <summary>True when every label of <paramref name="part"/> has the same value in <paramref name="whole"/>.</summary>
    public static bool IsSubset(IReadOnlyDictionary<string, string> part, IReadOnlyDictionary<string, string> whole)
    {
        foreach (var (key, value) in part)
        {
            if (!whole.TryGetValue(key, out var other) || other != value) return false;
        }

        return true;
    }
}
