using Weir.Agent.Store;
using Weir.Capture;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Agent;

/// <summary>The exceptions of the layers below in the agent's words.</summary>
public static class Failures
{
    public static AgentException Translate(Exception exception) => exception switch
    {
        AgentException agent => agent,
        CaptureException capture => new AgentException(AgentProblem.Conflict, capture.Message, capture.Findings, capture),
        NetlinkException netlink => new AgentException(AgentProblem.Host, netlink.Message, HintsFor(netlink.Errno), netlink),
        LinuxException linux => new AgentException(AgentProblem.Host, linux.Message, HintsFor(linux.Errno), linux),
        StoreException store => new AgentException(AgentProblem.Host, store.Message, store),
        UnauthorizedAccessException denied => new AgentException(AgentProblem.Forbidden, denied.Message, HintsFor(errno: 13), denied),
        IOException io => new AgentException(AgentProblem.Host, io.Message, io),
        _ => new AgentException(
            AgentProblem.Host,
            $"A fault of Weir's own: {exception.GetType().Name}: {exception.Message}",
            ["Please report it with the output of the same command with --debug."],
            exception),
    };

    /// <summary>The action, whose exceptions come translated.</summary>
    public static T Translated<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is not AgentException)
        {
            throw Translate(exception);
        }
    }

    /// <inheritdoc cref="Translated{T}(Func{T})"/>
    public static void Translated(Action action) => Translated(() =>
    {
        action();
        return true;
    });

    private static IReadOnlyList<string> HintsFor(int errno) => errno switch
    {
        1 or 13 => ["Weir changes the host's network: it needs root (CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_BPF)."],
        _ => [],
    };
}
