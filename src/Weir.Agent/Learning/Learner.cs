using Weir.Policy;

namespace Weir.Agent.Learning;

/// <summary>Turns sessions that passed in discover into rules. One thread at a time.</summary>
/// <remarks>
/// Per pair of groups one rule for each application, with the ports it was seen at, and one rule with the ports whose application stayed unknown.
/// A port whose application becomes known moves from the second to the first. More than 20 ports become any. The same observations in the same order
/// give the same rules.
/// </remarks>
public sealed class Learner(LearnedPolicy initial, PolicyConfig user)
{
    private const string External = "external";

    /// <summary>What has been learned so far; an immutable snapshot.</summary>
    public LearnedPolicy Current { get; private set; } = initial;

    /// <summary>What people wrote; its groups are used where they contain a workload.</summary>
    public PolicyConfig User { get; set; } = user;

    /// <summary>Takes a session in. True when a rule was made or changed: store <see cref="Current"/> and compile <see cref="Effective"/> again.</summary>
    public bool Observe(in Observation observation)
    {
        if (!IsLesson(observation)) return false;
        var groups = new List<PolicyGroup>(Current.Groups);
        var from = NameOf(observation.Client, groups);
        var to = NameOf(observation.Server, groups);
        var port = PortList.Spell(observation.Protocol, observation.Port);
        var rules = new List<PolicyRule>(Current.Rules);
        var nextId = Current.NextId;
        var changed = observation.Application == Application.Unknown
            ? LearnPort(rules, from, to, port, ref nextId)
            : LearnApplication(rules, from, to, port, observation.Application, ref nextId);
        if (!changed) return false;
        Current = new LearnedPolicy(groups, rules, nextId);
        return true;
    }

    /// <summary>Forgets all that was learned; ids go on.</summary>
    public void Clear() => Current = LearnedPolicy.Empty with { NextId = Current.NextId };

    /// <summary>The policy to enforce: the users' groups and rules, then the learned ones.</summary>
    public PolicyConfig Effective()
    {
        var names = User.Groups.Select(g => g.Name).ToHashSet();
        var ids = User.Rules.Select(r => r.Id).ToHashSet();
        return User with
        {
            Groups = [.. User.Groups, .. Current.Groups.Where(g => !names.Contains(g.Name))],
            Rules = [.. User.Rules, .. Current.Rules.Where(r => !ids.Contains(r.Id))],
        };
    }

    /// <summary>The policy as it would be with all that was learned written down and every group in protect.</summary>
    public PolicyConfig Suggest()
    {
        var effective = Effective();
        return effective with { Groups = [.. effective.Groups.Select(g => g with { Mode = PolicyMode.Protect })] };
    }

    /// <summary>New sessions, and those that a learned rule already lets pass and whose application is news to it.</summary>
    private bool IsLesson(in Observation observation)
    {
        if (observation.Client is null && observation.Server is null) return false;
        var known = observation.Application != Application.Unknown;
        var hasApplications = observation.Protocol is 6 or 17;
        if (!known && hasApplications && !observation.ApplicationIsFinal) return false;
        var decision = observation.Decision;
        return decision.Action switch
        {
            PolicyAction.Learn => true,
            PolicyAction.Accept => known && decision.Mode == PolicyMode.Discover && Current.Rules.Any(r => r.Id == decision.RuleId),
            _ => false,
        };
    }

    private bool LearnPort(List<PolicyRule> rules, string from, string to, string port, ref int nextId)
    {
        // A port that is known to carry an application is not opened for everything because one session said nothing.
        if (rules.Exists(r => IsPair(r, from, to) && r.Applications.Count > 0 && (r.Ports.Count == 0 || r.Ports.Contains(port)))) return false;
        return AddPort(rules, from, to, [], port, ref nextId);
    }

    private bool LearnApplication(List<PolicyRule> rules, string from, string to, string port, Application application, ref int nextId)
    {
        if (!AddPort(rules, from, to, [application], port, ref nextId)) return false;
        var i = rules.FindIndex(r => IsPair(r, from, to) && r.Applications.Count == 0);
        if (i < 0 || !rules[i].Ports.Contains(port)) return true;
        if (rules[i].Ports.Count == 1) rules.RemoveAt(i);
        else rules[i] = rules[i] with { Ports = [.. rules[i].Ports.Where(p => p != port)] };
        return true;
    }

    private bool AddPort(List<PolicyRule> rules, string from, string to, IReadOnlyList<Application> applications, string port, ref int nextId)
    {
        var i = rules.FindIndex(r => IsPair(r, from, to) && r.Applications.SequenceEqual(applications));
        if (i >= 0)
        {
            if (rules[i].Ports.Count == 0 || rules[i].Ports.Contains(port)) return false;
            rules[i] = rules[i] with { Ports = PortList.Add(rules[i].Ports, port) };
            return true;
        }

        if (!TryTakeId(rules, ref nextId, out var id)) return false;
        var rule = new PolicyRule { Id = id, From = from, To = to, Ports = [port], Applications = applications, Origin = RuleOrigin.Learned };
        var at = rules.FindIndex(r => r.Id > id);
        rules.Insert(at < 0 ? rules.Count : at, rule);
        return true;
    }

    private static bool IsPair(PolicyRule rule, string from, string to) => rule.From == from && rule.To == to;

    /// <summary>The next id; once the last was given, the first free one. False when none is free: then nothing is learned any more.</summary>
    private bool TryTakeId(List<PolicyRule> rules, ref int nextId, out int id)
    {
        var used = rules.Concat(User.Rules).Select(r => r.Id).ToHashSet();
        var span = PolicyRule.LastLearnedId - PolicyRule.FirstLearnedId + 1;
        for (var i = 0; i < span; i++)
        {
            id = PolicyRule.FirstLearnedId + (nextId - PolicyRule.FirstLearnedId + i) % span;
            if (used.Contains(id)) continue;
            nextId = id + 1;
            return true;
        }

        id = 0;
        return false;
    }

    private string NameOf(PolicyWorkload? workload, List<PolicyGroup> groups)
    {
        if (workload is null) return External;
        var group = WorkloadGroups.Of(workload, User.Groups.Concat(groups));
        if (!User.Groups.Contains(group) && !groups.Contains(group)) groups.Add(group);
        return group.Name;
    }
}
