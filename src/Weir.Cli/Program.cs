using Weir.Cli.Demo;

if (DemoEntry.TryRun(args, out var exitCode))
    return exitCode;

Console.WriteLine("weir");
return 0;
