using System.Diagnostics;
using System.Text;

namespace Weir.Testing;

/// <summary>A program that runs in the background of a test: a server, a long transfer, the agent. Ended by its pid in Dispose.</summary>
public sealed class RunningTool : IDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private readonly Lock gate = new();

    private RunningTool(Process process, string command)
    {
        this.process = process;
        Command = command;
    }

    public string Command { get; }

    public int Pid => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>What it has written to standard output so far.</summary>
    public string Output => Snapshot(output);

    /// <summary>What it has written to standard error so far.</summary>
    public string Error => Snapshot(error);

    /// <summary>Once it has ended.</summary>
    public ToolResult Result => new(Command, process.ExitCode, Output, Error);

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
        running.process.OutputDataReceived += (_, line) => running.Append(running.output, line.Data);
        running.process.ErrorDataReceived += (_, line) => running.Append(running.error, line.Data);
        running.process.Start();
        running.process.BeginOutputReadLine();
        running.process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Starts a program inside a named namespace. <c>ip netns exec</c> becomes the program, so <see cref="Pid"/> is the program's own.</summary>
    public static RunningTool StartIn(
        string ns, string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        Start("ip", ["netns", "exec", ns, Tool.Find(program) ?? program, .. arguments], environment);

    public void Write(string text)
    {
        process.StandardInput.Write(text);
        process.StandardInput.Flush();
    }

    public void CloseInput() => process.StandardInput.Close();

    /// <summary>True when it has ended by then, with all its output read.</summary>
    public bool WaitForExit(TimeSpan deadline)
    {
        if (!process.WaitForExit(deadline))
            return false;
        process.WaitForExit();
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
        process.Kill(entireProcessTree: true);
        process.WaitForExit(TimeSpan.FromSeconds(10));
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
    }

    private void Append(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (gate)
            text.Append(line).Append('\n');
    }

    private string Snapshot(StringBuilder text)
    {
        lock (gate)
            return text.ToString();
    }
}
