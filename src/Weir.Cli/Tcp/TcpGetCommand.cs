using System.CommandLine;
using System.Net;
using System.Text;
using Weir.Agent;
using Weir.Cli.Commands;

namespace Weir.Cli.Tcp;

/// <summary><c>weir tcp get</c>: the course's webget.</summary>
internal static class TcpGetCommand
{
    public static Command Create(CommandHost host)
    {
        var place = new Argument<string>("HOST") { Description = "A name or an address, with :PORT when it is not 80", HelpName = "HOST" };
        var path = new Argument<string>("PATH") { Description = "What to get, from the slash on", HelpName = "PATH" };
        var stack = new StackParameters();
        var command = host.Command("get", "Gets a page over Weir's own TCP/IP stack and prints all that the server says, headers included.", RunAsync)
            .WithExamples("weir tcp get example.org / --device tun144 --address 169.254.144.9/24", "weir tcp get 169.254.144.1:8080 /index.html --device tun144 --address 169.254.144.9/24");
        path.Validators.Add(result =>
        {
            var text = result.Tokens[0].Value;
            if (!text.StartsWith('/') || text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter)))
                result.AddError("PATH begins with a slash and has no blanks.");
        });
        command.Add(place);
        command.Add(path);
        stack.AddTo(command);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            var (target, name) = Targets.Parse(invocation.Arguments.GetRequiredValue(place), defaultPort: 80);
            await using var running = await stack.StartAsync(invocation);
            await using var stream = await running.ConnectAsync(target, invocation.Cancel);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {invocation.Arguments.GetRequiredValue(path)} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"), invocation.Cancel);
            await using var output = Console.OpenStandardOutput();
            await stream.CopyToAsync(output, invocation.Cancel);
            return ExitCode.Done;
        }
    }

    /// <summary>Names and addresses of the other end.</summary>
    internal static class Targets
    {
        /// <summary><c>name</c>, <c>name:80</c>, <c>10.0.0.1:80</c>, <c>[fd00::1]:80</c>.</summary>
        internal static (EndPoint Target, string Name) Parse(string text, int defaultPort)
        {
            if (IPAddress.TryParse(text, out var bare))
                return (new IPEndPoint(bare, defaultPort), bare.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{bare}]" : text);
            if (IPEndPoint.TryParse(text, out var endpoint) && endpoint.Port != 0)
                return (endpoint, text);
            var parts = text.Split(':');
            if (parts.Length <= 2 && parts[0].Length > 0 && Uri.CheckHostName(parts[0]) != UriHostNameType.Unknown && (parts.Length == 1 || (ushort.TryParse(parts[1], out var port) && port != 0)))
                return (new DnsEndPoint(parts[0], parts.Length == 1 ? defaultPort : ushort.Parse(parts[1])), text);
            throw new AgentException(AgentProblem.Request, $"'{text}' is no host, nor a host with a port.");
        }
    }
}
