using Weir.Cli.Commands;
using Weir.Cli.Demo;
using Weir.Cli.Output;

if (DemoEntry.TryRun(args, out var exitCode))
    return exitCode;

return await WeirCommand.RunAsync(args, Terminal.OfProcess(), TimeProvider.System);
