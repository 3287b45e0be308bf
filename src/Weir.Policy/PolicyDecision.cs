namespace Weir.Policy;

/// <summary>What a decision asks for.</summary>
public enum PolicyAction : byte
{
    /// <summary>Passes by a rule, or because nothing applies here.</summary>
    Accept,
    /// <summary>Passes, and becomes a learned rule.</summary>
    Learn,
    /// <summary>Passes, and is reported as a violation.</summary>
    Violate,
    /// <summary>Is dropped and reported.</summary>
    Deny,
    /// <summary>Passes for now: a rule depends on the application protocol; ask again when it is identified or given up.</summary>
    AwaitApplication,
}

/// <summary>The answer and the rule that gave it.</summary>
/// <param name="RuleId">The deciding rule (the first one waited for, when the action is AwaitApplication); 0 when the mode decided because no rule matched.</param>
/// <param name="Mode">The mode of the workload at whose port the session is judged.</param>
public readonly record struct PolicyDecision(PolicyAction Action, int RuleId, PolicyMode Mode);
