namespace Weir.Agent;

/// <summary>What kind of "no" an <see cref="AgentException"/> is; the command line and the API translate it.</summary>
public enum AgentProblem : byte
{
    /// <summary>The request itself is wrong: a mode that does not exist, a policy with errors.</summary>
    Request,

    /// <summary>The thing asked for does not exist.</summary>
    NotFound,

    /// <summary>It exists, but not in a state that allows what was asked.</summary>
    Conflict,

    /// <summary>Who asks may not.</summary>
    Forbidden,

    /// <summary>The host refused: a kernel error, a file, a lock.</summary>
    Host,
}

/// <summary>The agent says no: what happened, and what to look at, a line each.</summary>
public sealed class AgentException(AgentProblem problem, string message, IReadOnlyList<string> findings, Exception? cause = null)
    : Exception(message, cause)
{
    public AgentException(AgentProblem problem, string message, Exception? cause = null)
        : this(problem, message, [], cause)
    {
    }

    public AgentProblem Problem { get; } = problem;

    /// <summary>All reasons, or what to do next; may be empty.</summary>
    public IReadOnlyList<string> Findings { get; } = findings;
}
