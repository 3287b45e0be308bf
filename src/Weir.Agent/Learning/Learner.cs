using Weir.Policy;

namespace Weir.Agent.Learning;

/// <summary>Turns sessions that passed in discover into rules. One thread at a time.</summary>
public sealed class Learner(LearnedPolicy initial, PolicyConfig user)
{
    /// <summary>What has been learned so far; an immutable snapshot.</summary>
    public LearnedPolicy Current { get; private set; } = initial;

    /// <summary>What people wrote; its groups are used where they contain a workload.</summary>
    public PolicyConfig User { get; set; } = user;

    /// <summary>Takes a session in. True when a rule was made or changed: store <see cref="Current"/> and compile <see cref="Effective"/> again.</summary>
    public bool Observe(in Observation observation) => throw new NotImplementedException();

    /// <summary>Forgets all that was learned; ids go on.</summary>
    public void Clear() => throw new NotImplementedException();

    /// <summary>The policy to enforce: the users' groups and rules, then the learned ones.</summary>
    public PolicyConfig Effective() => throw new NotImplementedException();

    /// <summary>The policy as it would be with all that was learned written down and every group in protect.</summary>
    public PolicyConfig Suggest() => throw new NotImplementedException();
}
