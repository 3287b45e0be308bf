using System.Net.Sockets;
using Weir.Agent;
using Weir.Capture;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Cli.Demo;

/// <summary>Which exceptions say that the host, not the demo, said no.</summary>
internal static class HostRefusal
{
    public static bool Is(Exception exception) =>
        exception is LinuxException or NetlinkException or CaptureException or UnauthorizedAccessException
            or AgentException { Problem: AgentProblem.Host or AgentProblem.Conflict };

    /// <summary>All that it says, a line each.</summary>
    public static IReadOnlyList<string> Lines(Exception exception) => exception switch
    {
        CaptureException capture => [capture.Message, .. capture.Findings],
        AgentException agent => [agent.Message, .. agent.Findings],
        DemoException { Detail.Length: > 0 } demo => [demo.Message, .. demo.Detail.Split('\n')],
        IOException or SocketException or UnauthorizedAccessException or DemoException => [exception.Message],
        _ when Is(exception) => [exception.Message],
        _ => [$"unexpected {exception.GetType().Name}: {exception.Message}", .. (exception.StackTrace ?? "").Split('\n').Take(6).Select(line => line.Trim())],
    };
}
