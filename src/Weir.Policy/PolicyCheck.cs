namespace Weir.Policy;

/// <summary>One run over a policy, collecting findings.</summary>
internal sealed class PolicyCheck(PolicyConfig config, IEnumerable<string> workloads)
{
    private readonly List<Finding> _findings = [];
    private readonly HashSet<string> _names = [.. workloads, .. config.Groups.Select(g => g.Name)];

    public IReadOnlyList<Finding> Run()
    {
        CheckGroups();
        CheckRules();
        if (_findings.TrueForAll(f => f.Severity == FindingSeverity.Warning)) _findings.AddRange(ShadowedRules.Find(config));
        return _findings;
    }

    private void CheckGroups()
    {
        var seen = new Dictionary<string, int>();
        for (var i = 0; i < config.Groups.Count; i++)
        {
            var group = config.Groups[i];
            var where = $"groups[{i}].name";
            if (group.Name.Length == 0) Error(where, "a group without a name", "give it one");
            else if (group.Name is SelectorNames.Any or SelectorNames.External) Error(where, $"'{group.Name}' is a reserved word", "choose another name");
            else if (!NamePattern.IsName(group.Name)) Error(where, $"'{group.Name}' is no group name", "use letters, digits, '-', '_' and '.', beginning with a letter or digit, but no address");
            else if (!seen.TryAdd(group.Name, i)) Error(where, $"group '{group.Name}' is declared twice, first as groups[{seen[group.Name]}]", "join the two, or rename one");
        }
    }

    private void CheckRules()
    {
        var seen = new Dictionary<int, int>();
        for (var i = 0; i < config.Rules.Count; i++)
        {
            var rule = config.Rules[i];
            var where = $"rules[{i}]";
            CheckId(rule, where);
            if (!seen.TryAdd(rule.Id, i)) Error($"{where}.id", $"id {rule.Id} is used twice, first by rules[{seen[rule.Id]}]", "give each rule an id of its own");
            CheckSelector(rule.From, $"{where}.from");
            CheckSelector(rule.To, $"{where}.to");
            for (var p = 0; p < rule.Ports.Count; p++)
            {
                if (!PortRange.TryParse(rule.Ports[p], out _, out var error)) Error($"{where}.ports[{p}]", error, "see docs/policy.md for the forms of a port");
            }

            for (var a = 0; a < rule.Applications.Count; a++)
            {
                if (!Enum.IsDefined(rule.Applications[a]))
                    Error($"{where}.applications[{a}]", $"{(int)rule.Applications[a]} is no application", $"use one of {string.Join(", ", ApplicationNames.All)}");
            }
        }
    }

    private void CheckId(PolicyRule rule, string where)
    {
        var (first, last, who) = rule.Origin == RuleOrigin.Learned
            ? (PolicyRule.FirstLearnedId, PolicyRule.LastLearnedId, "learned rule")
            : (PolicyRule.FirstUserId, PolicyRule.LastUserId, "rule");
        if (rule.Id >= first && rule.Id <= last) return;
        var learnedId = rule.Id is >= PolicyRule.FirstLearnedId and <= PolicyRule.LastLearnedId;
        Error($"{where}.id", $"{rule.Id} is not an id for a {who}", learnedId
            ? $"use {first} to {last}, or say 'origin: learned'"
            : $"use {first} to {last}");
    }

    private void CheckSelector(string text, string where)
    {
        if (text.Length > 0 && (text is SelectorNames.Any or SelectorNames.External || _names.Contains(text))) return;
        if (text.Length == 0) Error(where, "is empty", "write a group, a CIDR, external or any");
        else if (!Cidr.LooksLikeOne(text)) Error(where, $"there is no group '{text}'", Nearest(text));
        else if (!Cidr.TryParse(text, out _, out var error)) Error(where, error, "write a prefix like 10.0.0.0/8 or fd00::/8");
    }

    private string Nearest(string text)
        => NearestName.Find(text, _names.Append(SelectorNames.Any).Append(SelectorNames.External)) is { } near
            ? $"did you mean '{near}'? Otherwise declare the group"
            : "declare it under groups, or write a CIDR, external or any";

    private void Error(string where, string what, string fix) => _findings.Add(Finding.Error(where, what, fix));
}
