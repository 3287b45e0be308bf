namespace Weir.Policy;

/// <summary>Whether a finding stops what was asked for.</summary>
public enum FindingSeverity : byte { Warning, Error }

/// <summary>An operator's mistake: all of them are found at once.</summary>
/// <param name="Where">The place as a path in the configuration: <c>rules[3].ports[0]</c>; with a file, <c>weir.yaml:12:7</c>.</param>
/// <param name="What">What is wrong, with the value.</param>
/// <param name="Fix">What to write instead.</param>
public sealed record Finding(FindingSeverity Severity, string Where, string What, string Fix)
{
    public static Finding Error(string where, string what, string fix) => new(FindingSeverity.Error, where, what, fix);

    public static Finding Warning(string where, string what, string fix) => new(FindingSeverity.Warning, where, what, fix);

    public override string ToString() => $"{Where}: {(Severity == FindingSeverity.Error ? "error" : "warning")}: {What}; {Fix}";
}
