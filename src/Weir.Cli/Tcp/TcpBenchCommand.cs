using System.CommandLine;
using System.Net;
using System.Text.Json;
using Weir.Cli.Commands;
using Weir.Cli.Output;
using Weir.Stack.Services;

namespace Weir.Cli.Tcp;

/// <summary><c>weir tcp bench</c>: two stacks in memory; <c>weir tcp bench serve</c>: one on a device, for others to measure.</summary>
internal static class TcpBenchCommand
{
    private const int Echo = 7, Discard = 9, Source = 19;

    public static Command Create(CommandHost host)
    {
        var seconds = WholeNumber.Option("--seconds", "For each measurement, 1 to 600 [default: 2]", least: 1, most: 600, "seconds");
        var command = host.Command("bench", "Measures two of Weir's stacks in memory on one core: bulk, round trips, connections. 'bench serve' lets others measure one on a device.", RunAsync)
            .WithExamples("weir tcp bench", "weir tcp bench --seconds 5 --json", "weir tcp bench serve --device tun144 --address 169.254.144.9/24");
        command.Add(seconds);
        command.Add(CreateServe(host));
        return command;

        Task<int> RunAsync(Invocation invocation)
        {
            var span = TimeSpan.FromSeconds(invocation.Arguments.GetValue(seconds) ?? 2);
            MemoryResult[] results = [.. MemoryBench.Run(span, invocation.Cancel)];
            if (invocation.WantsJson)
            {
                invocation.Terminal.Output.WriteLine(JsonSerializer.Serialize(results, TcpJson.Default.MemoryResultArray));
                return Task.FromResult(ExitCode.Done);
            }

            var table = new TableView("what", Column.Number("measured"), "unit");
            foreach (var result in results)
                table.Add(result.What, result.Unit == "Gbit/s" ? $"{result.Value:F1}" : $"{result.Value:F0}", result.Unit);
            invocation.Terminal.Table(table);
            return Task.FromResult(ExitCode.Done);
        }
    }

    private static Command CreateServe(CommandHost host)
    {
        var stack = new StackParameters();
        var command = host.Command("serve", $"Answers echo (port {Echo}), discard ({Discard}) and an endless source ({Source}) on Weir's own TCP/IP stack, until Ctrl-C.", RunAsync)
            .WithExamples("weir tcp bench serve --device tun144 --address 169.254.144.9/24", "weir tcp bench serve --device tun144 --address 169.254.144.9/24 --mtu 65520 --offload off");
        stack.AddTo(command);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            await using var running = await stack.StartAsync(invocation);
            running.Stack.Serve(new IPEndPoint(IPAddress.Any, Echo), static () => new EchoService());
            running.Stack.Serve(new IPEndPoint(IPAddress.Any, Discard), static () => new DiscardService());
            running.Stack.Serve(new IPEndPoint(IPAddress.Any, Source), static () => new SourceService());
            var ready = new ServeReady(running.Queue.Name, running.Own.ToString(), running.Peer?.ToString(), running.Queue.Capabilities.Mtu, running.Queue.HasOffload, running.Queue.HasNapi, Echo, Discard, Source);
            if (invocation.WantsJson)
                invocation.Terminal.Output.WriteLine(JsonSerializer.Serialize(ready, TcpJson.Default.ServeReady));
            else
                invocation.Terminal.Line($"ready: echo {Echo}, discard {Discard}, source {Source} at {running.Own.Address} on {ready.Device} (mtu {ready.Mtu}, offload {(ready.Offload ? "on" : "off")}{(ready.Napi ? ", napi" : "")}, the host is {ready.Host ?? "not on its network"})");
            await invocation.Terminal.Output.FlushAsync();

            var ended = await running.Stack.Ended.WaitAsync(invocation.Cancel);
            return ended is null ? ExitCode.Done : throw ended;
        }
    }
}
