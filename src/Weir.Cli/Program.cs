using System.CommandLine;
using Weir.Cli.Demo;

if (DemoEntry.TryRun(args, out var exitCode))
    return exitCode;

var root = new RootCommand("Weir: who talks to whom on this host, and only what policy allows.") { DemoCommand.Create() };
return await root.Parse(args).InvokeAsync();
