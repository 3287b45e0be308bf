using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Weir.Cli.Demo.Workloads;

namespace Weir.Cli.Demo;

/// <summary>The demo's end of a <see cref="WorkloadProgram"/>: asks it, and hears what it observed.</summary>
internal sealed class WorkloadProcess : IDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<WorkloadReply>> _waiting = new();
    private readonly TaskCompletionSource<WorkloadReply> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _complaints = new();
    private readonly Lock _gate = new();
    private int _lastId;

    private WorkloadProcess(string name, Process process)
    {
        Name = name;
        _process = process;
        _process.ErrorDataReceived += (_, line) => Complain(line.Data);
        _process.BeginErrorReadLine();
        _ = ReadAsync();
    }

    public string Name { get; }

    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts the program; <see cref="ReadyAsync"/> says when its servers listen.</summary>
    public static WorkloadProcess Start(ChildStarter starter, string name, string namespacePath, string role)
    {
        var line = DemoEntry.CommandLine(namespacePath, role);
        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        // Small programs: no heap per core, no wait for optimised code.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        return new WorkloadProcess(name, starter.Start(start));
    }

    /// <exception cref="DemoException">It did not start in time.</exception>
    public async Task ReadyAsync(CancellationToken cancel)
    {
        try
        {
            await _ready.Task.WaitAsync(StartPatience, cancel);
        }
        catch (TimeoutException)
        {
            throw new DemoException($"the workload {Name} has not started in {StartPatience.TotalSeconds:0} s", "the machine may be very busy: look at its load, and try again");
        }
    }

    /// <summary>What the workload did and saw. <see cref="DemoException"/>: it is gone, or could not do it.</summary>
    public async Task<WorkloadReply> AskAsync(WorkloadCommand command, CancellationToken cancel)
    {
        var id = Interlocked.Increment(ref _lastId);
        var reply = _waiting[id] = new TaskCompletionSource<WorkloadReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        command.Id = id;
        try
        {
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command, WorkloadJson.Default.WorkloadCommand).AsMemory(), cancel);
            await _process.StandardInput.FlushAsync(cancel);
            if (_process.HasExited)
                throw Gone();
            var answer = await reply.Task.WaitAsync(TimeSpan.FromMilliseconds(command.Milliseconds) + StartPatience, cancel);
            return answer.Error is null ? answer : throw new DemoException($"{Name} could not do '{command.Do}': {answer.Error}");
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            throw Gone();
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>As kill -9 would, from outside.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit(TimeSpan.FromSeconds(5));
    }

    /// <summary>Its input ends, so it ends; when it does not within a second it is killed.</summary>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        if (!_process.WaitForExit(TimeSpan.FromSeconds(1)))
            Kill();
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (JsonSerializer.Deserialize(line, WorkloadJson.Default.WorkloadReply) is not { } reply)
                continue;
            if (reply.Id == 0)
                _ready.TrySetResult(reply);
            else if (_waiting.TryGetValue(reply.Id, out var waiting))
                waiting.TrySetResult(reply);
        }

        _ready.TrySetException(Gone());
        foreach (var waiting in _waiting.Values)
            waiting.TrySetException(Gone());
    }

    private void Complain(string? line)
    {
        if (line is null)
            return;
        lock (_gate)
            _complaints.AppendLine(line);
    }

    private DemoException Gone()
    {
        lock (_gate)
            return new DemoException($"the workload {Name} has ended", _complaints.ToString().Trim());
    }
}
