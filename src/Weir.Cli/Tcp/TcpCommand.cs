using System.CommandLine;
using Weir.Cli.Commands;

namespace Weir.Cli.Tcp;

/// <summary><c>weir tcp …</c></summary>
internal static class TcpCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("tcp", "Programs on Weir's own TCP/IP stack instead of the kernel's: a page, a connection, measurements, recorded steps.")
        {
            ReplayCommand.Create(host),
            TcpGetCommand.Create(host),
            TcpConnectCommand.CreateConnect(host),
            TcpConnectCommand.CreateListen(host),
            TcpBenchCommand.Create(host),
        };
        return command.WithExamples("weir tun add tun144 --address 169.254.144.1/24 --nat-mark 144 (first: a device, and the way out)", "weir tcp get example.org / --device tun144 --address 169.254.144.9/24", "weir tcp bench", "weir tcp replay steps.jsonl");
    }
}
