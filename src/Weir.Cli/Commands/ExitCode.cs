using Weir.Agent;

namespace Weir.Cli.Commands;

/// <summary>What a command tells its caller.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>The answer is no: drift found, a policy with findings, no agent to report on.</summary>
    public const int No = 1;

    /// <summary>Wrong usage: an option, a name or a file that can't be.</summary>
    public const int Usage = 2;

    /// <summary>The host refused, or who asks may not.</summary>
    public const int Refused = 3;

    public static int Of(AgentProblem problem) => problem switch
    {
        AgentProblem.Request or AgentProblem.NotFound => Usage,
        _ => Refused,
    };
}
