using System.CommandLine;
using Weir.Cli.Commands;

namespace Weir.Cli.Tcp;

/// <summary><c>weir tcp …</c></summary>
internal static class TcpCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("tcp", "Weir's own TCP/IP, apart from the kernel's.")
        {
            ReplayCommand.Create(host),
            TcpGetCommand.Create(host),
            TcpConnectCommand.CreateConnect(host),
            TcpConnectCommand.CreateListen(host),
            TcpBenchCommand.Create(host),
        };
        return command.WithExamples("weir tcp replay steps.jsonl", "weir tcp get example.org / --device tun144 --address 169.254.144.9/24", "weir tcp bench");
    }
}
