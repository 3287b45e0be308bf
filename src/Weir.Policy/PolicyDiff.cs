namespace Weir.Policy;

/// <summary>What a new policy changes of an old one, a line per difference: <c>+</c> added, <c>-</c> removed, <c>~</c> changed.</summary>
public static class PolicyDiff
{
    /// <summary>Empty when both are equal. Rules are the same when their ids are.</summary>
    public static IReadOnlyList<string> Compare(PolicyConfig before, PolicyConfig after)
    {
        var lines = new List<string>();
        if (before.DefaultMode != after.DefaultMode) lines.Add($"~ default mode {Word(before.DefaultMode)} -> {Word(after.DefaultMode)}");
        CompareAll(before.Groups, after.Groups, g => g.Name, Text, lines);
        CompareAll(before.Rules, after.Rules, r => r.Id, Text, lines);
        CompareOrder(before, after, lines);
        return lines;
    }

    private static void CompareAll<T, TKey>(IReadOnlyList<T> before, IReadOnlyList<T> after, Func<T, TKey> key, Func<T, string> text, List<string> lines)
        where T : IEquatable<T>
        where TKey : notnull
    {
        var old = before.DistinctBy(key).ToDictionary(key);
        var now = after.DistinctBy(key).ToDictionary(key);
        lines.AddRange(before.Where(x => !now.ContainsKey(key(x))).Select(x => $"- {text(x)}"));
        foreach (var item in now.Values)
        {
            if (!old.TryGetValue(key(item), out var was)) lines.Add($"+ {text(item)}");
            else if (!was.Equals(item)) lines.Add($"~ {text(item)} (was: {text(was)})");
        }
    }

    private static void CompareOrder(PolicyConfig before, PolicyConfig after, List<string> lines)
    {
        var ids = after.Rules.Select(r => r.Id).ToHashSet();
        int[] old = [.. before.Rules.Select(r => r.Id).Where(ids.Contains)];
        ids = [.. old];
        int[] now = [.. after.Rules.Select(r => r.Id).Where(ids.Contains)];
        for (var i = 0; i < Math.Min(old.Length, now.Length); i++)
        {
            if (old[i] == now[i]) continue;
            lines.Add($"~ order: rule {now[i]} is now before rule {old[i]}");
            return;
        }
    }

    private static string Text(PolicyGroup group)
    {
        var labels = group.Labels.Count == 0 ? "" : " {" + string.Join(", ", group.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}")) + "}";
        return $"group {group.Name}{labels}{(group.Mode is { } mode ? " in " + Word(mode) : "")}";
    }

    private static string Text(PolicyRule rule)
        => $"{rule}{(rule.Origin == RuleOrigin.Learned ? ", learned" : "")}{(rule.Disabled ? ", disabled" : "")}{(rule.Comment.Length > 0 ? $" # {rule.Comment}" : "")}";

    private static string Word(PolicyMode mode) => mode.ToString().ToLowerInvariant();
}
