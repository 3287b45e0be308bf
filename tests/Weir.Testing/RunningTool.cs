using System.Diagnostics;
using System.Text;

namespace Weir.Testing;

/// <summary>A program that runs in the background of a test: a server, a long transfer, the agent. Ended by its pid in Dispose.</summary>
public sealed class RunningTool : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Lock _gate = new();

    private RunningTool(Process process, string command)
    {
        _process = process;
        Command = command;
    }

    public string Command { get; }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has written to standard output so far.</summary>
    public string Output => Snapshot(_output);

    /// <summary>What it has written to standard error so far.</summary>
    public string Error => Snapshot(_error);

    /// <summary>Once it has ended.</summary>
    public ToolResult Result => new(Command, _process.ExitCode, Output, Error);

    /// <param name="environment">Variables to add or, with null, to take away.</param>
    public static RunningTool Start(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null)
    {
        ProcessStartInfo start = new(Tool.Find(program) ?? program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "/",
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;

        RunningTool running = new(new Process { StartInfo = start }, $"{program} {string.Join(' ', arguments)}");
        running._process.OutputDataReceived += (_, line) => running.Append(running._output, line.Data);
        running._process.ErrorDataReceived += (_, line) => running.Append(running._error, line.Data);
        running._process.Start();
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Starts a program inside a named namespace. <c>ip netns exec</c> becomes the program, so <see cref="Pid"/> is the program's own.</summary>
    public static RunningTool StartIn(
        string ns, string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        Start("ip", ["netns", "exec", ns, Tool.Find(program) ?? program, .. arguments], environment);

    public void Write(string text)
    {
        _process.StandardInput.Write(text);
        _process.StandardInput.Flush();
    }

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>True when it has ended by then, with all its output read.</summary>
    public bool WaitForExit(TimeSpan deadline)
    {
        if (!_process.WaitForExit(deadline))
            return false;
        _process.WaitForExit();
        return true;
    }

    /// <summary>As <c>kill -SIGNAL PID</c>: <c>TERM</c>, <c>INT</c>, <c>STOP</c>, <c>CONT</c>, <c>KILL</c>.</summary>
    public void Signal(string signal)
    {
        if (!HasExited)
            Tool.Try("kill", $"-{signal}", $"{Pid}");
    }

    /// <summary>SIGKILL, and waits until it is gone.</summary>
    public void Kill()
    {
        if (HasExited)
            return;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit(TimeSpan.FromSeconds(10));
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Append(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (_gate)
            text.Append(line).Append('\n');
    }

    private string Snapshot(StringBuilder text)
    {
        lock (_gate)
            return text.ToString();
    }
}
