using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Weir.Cli.Demo.Workloads;

/// <summary>A workload of the demo: a process inside its namespace that serves its role, and does and reports what the demo asks on standard input and output.</summary>
/// <remarks>It ends when its standard input closes, so it can't outlive the demo.</remarks>
internal sealed class WorkloadProgram : IDisposable
{
    /// <summary>Longer than the second after which the kernel asks again for a neighbour that did not answer.</summary>
    private static readonly TimeSpan UpstreamPatience = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Upstream _upstream = new();
    private readonly CallLoop _calls;
    private readonly IReadOnlyList<Listener> _listeners;
    private readonly TextWriter _output;

    private WorkloadProgram(string role, TimeProvider clock, TextWriter output)
    {
        _clock = clock;
        _output = output;
        _calls = new CallLoop(clock);
        _listeners = Serve(role);
    }

    /// <summary>Runs until <paramref name="input"/> ends.</summary>
    public static async Task<int> RunAsync(string role, TextReader input, TextWriter output, TimeProvider clock)
    {
        using var program = new WorkloadProgram(role, clock, output);
        foreach (var listener in program._listeners)
            _ = listener.RunAsync(program._end.Token);
        await program.WriteAsync(new WorkloadReply());

        while (await input.ReadLineAsync() is { } line)
        {
            if (JsonSerializer.Deserialize(line, WorkloadJson.Default.WorkloadCommand) is { } command)
                _ = program.AnswerAsync(command);
        }

        await program._end.CancelAsync();
        return 0;
    }

    public void Dispose()
    {
        foreach (var listener in _listeners)
            listener.Dispose();
        _calls.Dispose();
        _upstream.Dispose();
        _end.Dispose();
        _writing.Dispose();
    }

    private IReadOnlyList<Listener> Serve(string role)
    {
        switch (role)
        {
            case WorkloadRole.Web:
                return [new HttpListener(WorkloadRole.WebPort, (_, _) => Task.FromResult<string?>("the shop\n"))];
            case WorkloadRole.Api:
                return
                [
                    new HttpListener(WorkloadRole.ApiPort, (_, cancel) => _upstream.AskAsync(["INCR", "visits"], UpstreamPatience, cancel)),
                    new HttpListener(WorkloadRole.AdminPort, (_, _) => Task.FromResult<string?>("administration\n")),
                    new BulkListener(WorkloadRole.BulkPort, _clock),
                ];
            case WorkloadRole.Db:
                var db = new RedisListener(WorkloadRole.DbPort);
                db.Set("secret", "the customers' card numbers");
                return [db];
            case WorkloadRole.Stranger:
                return [new GreetingListener(WorkloadRole.StrangerPort, "send me what you have")];
            case WorkloadRole.Plain:
                return [new BulkListener(WorkloadRole.BulkPort, _clock)];
            default:
                throw new ArgumentException($"no workload has the role {role}");
        }
    }

    private async Task AnswerAsync(WorkloadCommand command)
    {
        WorkloadReply reply;
        try
        {
            reply = await DoAsync(command);
        }
        catch (Exception e) when (e is SocketException or IOException or FormatException or ArgumentException or OperationCanceledException)
        {
            reply = new WorkloadReply { Error = e is OperationCanceledException ? "no answer in time" : e.Message };
        }

        await WriteAsync(reply with { Id = command.Id });
    }

    private async Task<WorkloadReply> DoAsync(WorkloadCommand command)
    {
        var patience = TimeSpan.FromMilliseconds(command.Milliseconds);
        var servers = command.Addresses.SelectMany(address => command.Ports.Select(port => new IPEndPoint(IPAddress.Parse(address), port))).ToList();
        switch (command.Do)
        {
            case WorkloadCommand.Status:
                return Observed();
            case WorkloadCommand.Upstream:
                _upstream.Server = servers[0];
                return Observed();
            case WorkloadCommand.Call:
                _calls.Start(servers, patience, _end.Token);
                return Observed();
            case WorkloadCommand.Pause:
                _calls.Stop();
                return Observed();
            case WorkloadCommand.RedisGet:
                return new WorkloadReply { Attempts = await Task.WhenAll(servers.Select(s => Attacks.ReadSecretAsync(s, patience, _end.Token))) };
            case WorkloadCommand.Talk:
                return new WorkloadReply { Attempts = await Task.WhenAll(servers.Select(s => Attacks.TalkAsync(s, patience, _end.Token))) };
            case WorkloadCommand.Scan:
                return new WorkloadReply { Attempts = await Attacks.ScanAsync(servers, patience, _end.Token) };
            case WorkloadCommand.Bulk:
                var (bytes, microseconds) = await Task.Factory.StartNew(
                    () => BulkSender.Send(servers[0], patience, _clock), _end.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                return new WorkloadReply { BulkBytes = bytes, BulkMicroseconds = microseconds };
            default:
                throw new ArgumentException($"a workload can't do {command.Do}");
        }
    }

    private WorkloadReply Observed() => new()
    {
        Listeners = [.. _listeners.Select(listener => listener.Count)],
        Caller = _calls.Count,
        UpstreamConnections = _upstream.Connections,
        UpstreamFailure = _upstream.LastFailure,
    };

    private async Task WriteAsync(WorkloadReply reply)
    {
        await _writing.WaitAsync();
        try
        {
            await _output.WriteLineAsync(JsonSerializer.Serialize(reply, WorkloadJson.Default.WorkloadReply));
            await _output.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }
    }
}
