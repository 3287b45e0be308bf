using System.Globalization;
using System.Text;
using Weir.Policy;

namespace Weir.Agent.Configuration;

/// <summary>A policy as text: the <c>defaultMode</c>, <c>groups</c> and <c>rules</c> of <c>weir.yaml</c>, for <c>weir policy get</c>, <c>apply</c> and <c>suggest</c>.</summary>
public static class PolicyYaml
{
    /// <summary>Reads and validates. Group names that only <paramref name="workloads"/> know are right too.</summary>
    /// <param name="name">Stands for the file in findings.</param>
    public static ConfigResult<PolicyConfig> Parse(string text, string name, IEnumerable<string>? workloads = null)
    {
        var findings = new ConfigFindings(name);
        var policy = ReadText(text, name, findings);
        if (policy is not null) findings.AddByPath(PolicyConfigValidator.Check(policy, workloads));
        return new ConfigResult<PolicyConfig>(findings.HasErrors ? null : policy, findings.Sorted());
    }

    /// <summary>Reads what <see cref="Write"/> wrote, without asking whether its groups exist now.</summary>
    internal static PolicyConfig Restore(string text)
    {
        var findings = new ConfigFindings("stored policy");
        return ReadText(text, "stored policy", findings) is { } policy && !findings.HasErrors
            ? policy
            : throw new FormatException(findings.All.Count > 0 ? findings.All[0].ToString() : "the stored policy is empty");
    }

    /// <summary>Text that parses back to an equal policy.</summary>
    public static string Write(PolicyConfig policy)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"defaultMode: {Word(policy.DefaultMode)}\n");
        text.Append(policy.Groups.Count == 0 ? "groups: []\n" : "groups:\n");
        foreach (var group in policy.Groups) WriteGroup(text, group);
        text.Append(policy.Rules.Count == 0 ? "rules: []\n" : "rules:\n");
        foreach (var rule in policy.Rules) WriteRule(text, rule);
        return text.ToString();
    }

    private static PolicyConfig? ReadText(string text, string name, ConfigFindings findings)
    {
        var root = YamlText.Read(text, name, findings.All);
        if (root is null or YamlScalar { IsNull: true }) return findings.HasErrors ? null : new PolicyConfig();
        if (root is YamlMapping mapping) return PolicySection.Read(new ConfigSection(mapping, "", "a policy", PolicySection.Keys, findings));
        findings.Error(root.Position, $"a policy is {root.Kind} here", $"write keys: {string.Join(", ", PolicySection.Keys)}");
        return null;
    }

    private static void WriteGroup(StringBuilder text, PolicyGroup group)
    {
        text.Append(CultureInfo.InvariantCulture, $"- name: {YamlQuote.Write(group.Name)}\n");
        if (group.Labels.Count > 0)
        {
            var labels = group.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{YamlQuote.Write(l.Key)}: {YamlQuote.Write(l.Value)}");
            text.Append(CultureInfo.InvariantCulture, $"  labels: {{{string.Join(", ", labels)}}}\n");
        }

        if (group.Mode is { } mode) text.Append(CultureInfo.InvariantCulture, $"  mode: {Word(mode)}\n");
    }

    private static void WriteRule(StringBuilder text, PolicyRule rule)
    {
        text.Append(CultureInfo.InvariantCulture, $"- id: {rule.Id}\n  action: {(rule.Action == RuleAction.Allow ? "allow" : "deny")}\n");
        text.Append(CultureInfo.InvariantCulture, $"  from: {YamlQuote.Write(rule.From)}\n  to: {YamlQuote.Write(rule.To)}\n");
        if (rule.Ports.Count > 0) text.Append(CultureInfo.InvariantCulture, $"  ports: [{string.Join(", ", rule.Ports.Select(YamlQuote.Write))}]\n");
        if (rule.Applications.Count > 0) text.Append(CultureInfo.InvariantCulture, $"  applications: [{string.Join(", ", rule.Applications.Select(a => a.Name()))}]\n");
        if (rule.Origin == RuleOrigin.Learned) text.Append("  origin: learned\n");
        if (rule.Comment.Length > 0) text.Append(CultureInfo.InvariantCulture, $"  comment: {YamlQuote.Write(rule.Comment)}\n");
        if (rule.Disabled) text.Append("  disabled: true\n");
    }

    private static string Word(PolicyMode mode) => mode.ToString().ToLowerInvariant();
}
