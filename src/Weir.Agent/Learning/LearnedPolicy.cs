using Weir.Policy;

namespace Weir.Agent.Learning;

/// <summary>What learning has found so far: the store keeps it, the learner goes on from it. Equality compares the content.</summary>
/// <param name="Groups">Groups that the rules speak of and no person declared.</param>
/// <param name="Rules">Ids 10000 to 99999, ascending.</param>
/// <param name="NextId">The id of the next rule; ids are not used twice before all were used once.</param>
public sealed record LearnedPolicy(IReadOnlyList<PolicyGroup> Groups, IReadOnlyList<PolicyRule> Rules, int NextId)
{
    public static LearnedPolicy Empty { get; } = new([], [], PolicyRule.FirstLearnedId);

    public bool Equals(LearnedPolicy? other)
        => other is not null && NextId == other.NextId && Groups.SequenceEqual(other.Groups) && Rules.SequenceEqual(other.Rules);

    public override int GetHashCode() => HashCode.Combine(NextId, Groups.Count, Rules.Count);
}
