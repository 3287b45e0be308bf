using Weir.Agent.Learning;
using Weir.Agent.Store;
using Weir.Policy;

namespace Weir.Agent;

/// <summary>The policy in force: what people wrote, what was learned, and the modes that were set; kept in the store.</summary>
/// <remarks>Any thread may call.</remarks>
internal sealed class PolicyKeeper
{
    /// <summary>The author of policies that the configuration brought.</summary>
    public const string ConfigurationAuthor = "weir.yaml";

    private readonly Lock _turn = new();
    private readonly IStore _store;
    private Learner _learner;
    private PolicyConfig _user;
    private Dictionary<string, PolicyMode> _modes;
    private bool _learnedIsNew;

    private PolicyKeeper(IStore store, PolicyConfig user)
    {
        _store = store;
        _user = user;
        _modes = new Dictionary<string, PolicyMode>(store.GroupModes());
        _learner = new Learner(store.GetLearned(), user);
    }

    /// <summary>Something was learned since the last <see cref="TakeLearned"/>.</summary>
    public bool HasNews => Volatile.Read(ref _learnedIsNew);

    public int LearnedRules
    {
        get
        {
            lock (_turn)
                return _learner.Current.Rules.Count;
        }
    }

    /// <summary>The stored policy goes on, unless the configuration brings one that is not the one it brought last.</summary>
    public static PolicyKeeper Load(IStore store, PolicyConfig? configured)
    {
        var current = store.CurrentPolicy();
        if (configured is null)
            return new PolicyKeeper(store, current?.Policy ?? new PolicyConfig());

        var brought = store.ListPolicies().FirstOrDefault(version => version.Author == ConfigurationAuthor);
        if (current is not null && brought?.Policy == configured)
            return new PolicyKeeper(store, current.Policy);

        var keeper = new PolicyKeeper(store, current?.Policy ?? new PolicyConfig());
        keeper.Apply(configured, ConfigurationAuthor);
        return keeper;
    }

    /// <summary>What the data path is to enforce.</summary>
    public PolicyConfig Effective()
    {
        lock (_turn)
            return WithModes(_learner.Effective());
    }

    public PolicyConfig Suggest()
    {
        lock (_turn)
            return _learner.Suggest();
    }

    /// <summary>True when it taught something new.</summary>
    public bool Observe(in Observation observation)
    {
        lock (_turn)
        {
            if (!_learner.Observe(observation))
                return false;
            _learnedIsNew = true;
            return true;
        }
    }

    /// <summary>Keeps what was learned. True: the policy in force is another than before.</summary>
    public bool TakeLearned()
    {
        lock (_turn)
        {
            if (!_learnedIsNew)
                return false;
            _store.SetLearned(_learner.Current);
            _learnedIsNew = false;
            return true;
        }
    }

    /// <summary>Replaces all. Learned rules in it stay learned ones; those that it leaves out are forgotten. Modes that it says count from now on.</summary>
    public void Apply(PolicyConfig policy, string author)
    {
        lock (_turn)
        {
            IReadOnlyList<PolicyRule> learned = [.. policy.Rules.Where(rule => rule.Origin == RuleOrigin.Learned)];
            _user = policy with { Rules = [.. policy.Rules.Where(rule => rule.Origin != RuleOrigin.Learned)] };
            // A configuration without learned rules is not a wish to forget them: it was written before they were learned.
            var kept = author == ConfigurationAuthor && learned.Count == 0 ? _learner.Current : new LearnedPolicy([], learned, _learner.Current.NextId);
            _learner = new Learner(kept, _user);
            _store.AddPolicy(_user, author);
            _store.SetLearned(kept);
            foreach (var group in _user.Groups.Where(group => group.Mode is not null && _modes.ContainsKey(group.Name)))
            {
                _modes.Remove(group.Name);
                _store.SetGroupMode(group.Name, null);
            }
        }
    }

    public void SetMode(string group, PolicyMode mode)
    {
        lock (_turn)
        {
            _modes[group] = mode;
            _store.SetGroupMode(group, mode);
        }
    }

    private PolicyConfig WithModes(PolicyConfig policy) => _modes.Aggregate(policy, (config, mode) => config.WithMode(mode.Key, mode.Value));
}
