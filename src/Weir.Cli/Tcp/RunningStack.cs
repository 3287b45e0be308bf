using System.Net;
using System.Net.Sockets;
using Weir.Agent;
using Weir.Cli.Tun;
using Weir.Stack;
using Weir.Stack.Devices;
using Weir.Stack.Streams;

namespace Weir.Cli.Tcp;

/// <summary>A stack on its device, for as long as a command runs.</summary>
/// <param name="Stack">Running.</param>
/// <param name="Queue">Its way to the kernel.</param>
/// <param name="Own">The stack's address.</param>
/// <param name="Peer">The host's address on the device, if it has one there.</param>
/// <param name="Report">Prints connections now and then, if it was asked for.</param>
internal sealed record RunningStack(TcpStack Stack, TunQueue Queue, InterfaceAddress Own, IPAddress? Peer, ConnectionReport? Report) : IAsyncDisposable
{
    /// <summary>A connection; what can go wrong in words.</summary>
    internal async Task<TcpStream> ConnectAsync(EndPoint target, CancellationToken cancel)
    {
        try
        {
            return await Stack.ConnectAsync(target, cancel);
        }
        catch (SocketException exception)
        {
            throw new AgentException(AgentProblem.Host, $"{Name(target)}: {Words(exception.SocketErrorCode)}.", Hints(exception.SocketErrorCode), exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Report is not null)
            await Report.DisposeAsync();
        await Stack.DisposeAsync();
    }

    private static string Name(EndPoint target) => target is DnsEndPoint name ? $"{name.Host}:{name.Port}" : $"{target}";

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "nothing listens there (the connection was refused)",
        SocketError.TimedOut => "no answer came",
        SocketError.HostUnreachable => "a router says that it can't be reached",
        SocketError.NetworkUnreachable => "the stack has no route there",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "the name is not known",
        _ => $"the connection failed ({error})",
    };

    private string[] Hints(SocketError error) => error switch
    {
        SocketError.TimedOut => [$"Does the host forward and masquerade what comes from {Own}? 'weir tun add … --nat-mark' and net.ipv4.ip_forward=1 do that.", "A firewall may drop it."],
        SocketError.NetworkUnreachable => ["--gateway names a router on a TAP device; --address must be of the other end's IP version."],
        _ => [],
    };
}
