using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Weir.Cli.Commands;

namespace Weir.Cli.Tcp;

/// <summary><c>weir tcp connect</c> and <c>weir tcp listen</c>: standard input and output over a connection, as netcat does it.</summary>
internal static class TcpConnectCommand
{
    public static Command CreateConnect(CommandHost host)
    {
        var place = new Argument<string>("HOST") { Description = "A name or an address", HelpName = "HOST" };
        var port = Port("The other end's port");
        var stack = new StackParameters();
        var command = host.Command("connect", "Opens a connection over Weir's own TCP/IP stack: standard input goes out, what comes goes to standard output.", RunAsync)
            .WithExamples("weir tcp connect 169.254.144.1 9090 --device tun144 --address 169.254.144.9/24", "echo hello | weir tcp connect 169.254.144.1 7 --device tun144 --address 169.254.144.9/24");
        command.Add(place);
        command.Add(port);
        stack.AddTo(command);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            var name = invocation.Arguments.GetRequiredValue(place);
            EndPoint target = IPAddress.TryParse(name, out var address) ? new IPEndPoint(address, invocation.Arguments.GetRequiredValue(port)) : new DnsEndPoint(name, invocation.Arguments.GetRequiredValue(port));
            await using var running = await stack.StartAsync(invocation);
            await using var stream = await running.ConnectAsync(target, invocation.Cancel);
            await StandardStreams.CopyAsync(stream, invocation.Cancel);
            return ExitCode.Done;
        }
    }

    public static Command CreateListen(CommandHost host)
    {
        var port = Port("The port to listen on, at the stack's address");
        var stack = new StackParameters();
        var command = host.Command("listen", "Takes one connection over Weir's own TCP/IP stack: standard input goes out, what comes goes to standard output.", RunAsync)
            .WithExamples("weir tcp listen 9090 --device tun144 --address 169.254.144.9/24");
        command.Add(port);
        stack.AddTo(command);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            await using var running = await stack.StartAsync(invocation);
            await using var listener = await running.Stack.ListenAsync(new IPEndPoint(running.Own.Address, invocation.Arguments.GetRequiredValue(port)));
            invocation.Terminal.Note($"listening on {listener.LocalEndPoint}");
            await using var stream = await listener.AcceptAsync(invocation.Cancel);
            await listener.DisposeAsync();
            invocation.Terminal.Note($"connected to {stream.RemoteEndPoint}");
            await StandardStreams.CopyAsync(stream, invocation.Cancel);
            return ExitCode.Done;
        }
    }

    private static Argument<int> Port(string description) => WholeNumber.Argument("PORT", description, least: 1, most: 65535);
}
