namespace Weir.Policy;

/// <summary>Rules that can never decide, because one earlier rule matches all that they match.</summary>
internal static class ShadowedRules
{
    public static IEnumerable<Finding> Find(PolicyConfig config)
    {
        var covers = new SelectorCover(config);
        var earlier = new Dictionary<(string From, string To), List<(int Index, PolicyRule Rule, PortRange[] Ports, ApplicationSet Applications)>>();
        for (var i = 0; i < config.Rules.Count; i++)
        {
            var rule = config.Rules[i];
            if (rule.Disabled) continue;
            var ports = Ports(rule);
            var applications = ApplicationSet.Of(rule.Applications);
            if (ShadowOf(rule, ports, applications) is { } shadow)
            {
                yield return Finding.Warning($"rules[{i}]", $"rule {rule.Id} can never decide: rule {shadow.Id} before it matches all that it matches ({shadow.Summary})",
                    shadow.Action == rule.Action ? "remove it, or say something narrower in the earlier one" : "move it before the other rule, or remove it");
            }

            if (!earlier.TryGetValue((rule.From, rule.To), out var list)) earlier.Add((rule.From, rule.To), list = []);
            list.Add((i, rule, ports, applications));
        }

        PolicyRule? ShadowOf(PolicyRule rule, PortRange[] ports, ApplicationSet applications)
        {
            foreach (var from in covers.Of(rule.From))
            {
                foreach (var to in covers.Of(rule.To))
                {
                    if (!earlier.TryGetValue((from, to), out var list)) continue;
                    foreach (var candidate in list)
                    {
                        if (candidate.Applications.Covers(applications) && CoversPorts(candidate.Ports, ports)) return candidate.Rule;
                    }
                }
            }

            return null;
        }
    }

    private static bool CoversPorts(PortRange[] wide, PortRange[] narrow)
    {
        if (wide.Length == 0) return true;
        return narrow.Length > 0 && Array.TrueForAll(narrow, n => Array.Exists(wide, w => w.Covers(n)));
    }

    private static PortRange[] Ports(PolicyRule rule)
    {
        var ports = new List<PortRange>();
        foreach (var text in rule.Ports)
        {
            if (PortRange.TryParse(text, out var ranges, out _)) ports.AddRange(ranges);
        }

        return ports.Contains(PortRange.Any) ? [] : [.. ports];
    }
}

/// <summary>Which selectors of a policy mean at least all that another one means.</summary>
internal sealed class SelectorCover(PolicyConfig config)
{
    private readonly Dictionary<string, string[]> _covers = [];
    private readonly (string Text, Cidr Cidr)[] _cidrs = Cidrs(config);

    public string[] Of(string text)
    {
        if (_covers.TryGetValue(text, out var known)) return known;
        var found = new List<string> { text };
        if (text != SelectorNames.Any) found.Add(SelectorNames.Any);
        if (config.Groups.FirstOrDefault(g => g.Name == text) is { Labels.Count: > 0 } group)
            found.AddRange(config.Groups.Where(g => g.Name != text && g.Labels.Count > 0 && LabelSet.IsSubset(g.Labels, group.Labels)).Select(g => g.Name));
        else if (Cidr.LooksLikeOne(text) && Cidr.TryParse(text, out var cidr, out _))
            found.AddRange(_cidrs.Where(c => c.Text != text && c.Cidr.Covers(cidr)).Select(c => c.Text));
        string[] covers = [.. found.Distinct()];
        _covers.Add(text, covers);
        return covers;
    }

    private static (string Text, Cidr Cidr)[] Cidrs(PolicyConfig config)
        => [.. config.Rules.SelectMany(r => new[] { r.From, r.To }).Distinct()
            .Where(t => Cidr.LooksLikeOne(t) && !config.Groups.Any(g => g.Name == t))
            .Select(t => (t, Cidr.TryParse(t, out var cidr, out _) ? cidr : default)).Where(c => c.Item2 != default)];
}
