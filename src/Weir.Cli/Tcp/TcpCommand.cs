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
        };
        return command.WithExamples("weir tcp replay steps.jsonl");
    }
}
