namespace Weir.Policy;

/// <summary>Compiles rules; each selector text is compiled once and known by its number from then on.</summary>
internal sealed class SelectorTable(PolicyConfig config, PolicyWorkload[] workloads)
{
    private readonly Dictionary<string, PolicyGroup> _groups = GroupsByName(config);
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<Selector> _selectors = [];

    public CompiledRule Compile(PolicyRule rule)
    {
        var ports = new List<PortRange>();
        foreach (var text in rule.Ports)
        {
            if (!PortRange.TryParse(text, out var ranges, out var error)) throw new PolicyException($"rule {rule.Id}: {error}");
            ports.AddRange(ranges);
        }

        // A rule that names `any` among its ports is a rule for any port.
        var all = ports.Contains(PortRange.Any) ? [] : ports.ToArray();
        return new CompiledRule(rule, NumberOf(rule.From), NumberOf(rule.To), all, ApplicationSet.Of(rule.Applications));
    }

    public Selector[] ToArray() => [.. _selectors];

    private int NumberOf(string text)
    {
        if (_numbers.TryGetValue(text, out var number)) return number;
        if (!_groups.ContainsKey(text) && Cidr.LooksLikeOne(text) && !Cidr.TryParse(text, out _, out var error)) throw new PolicyException(error);
        _numbers.Add(text, _selectors.Count);
        _selectors.Add(Selector.Compile(text, _groups, workloads));
        return _selectors.Count - 1;
    }

    private static Dictionary<string, PolicyGroup> GroupsByName(PolicyConfig config)
    {
        var groups = new Dictionary<string, PolicyGroup>();
        foreach (var group in config.Groups) groups.TryAdd(group.Name, group);
        return groups;
    }
}
