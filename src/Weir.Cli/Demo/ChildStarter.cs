using System.Collections.Concurrent;
using System.Diagnostics;

namespace Weir.Cli.Demo;

/// <summary>Starts processes on one thread that lives until this is disposed: they die with that thread (PR_SET_PDEATHSIG), not with some pool worker.</summary>
internal sealed class ChildStarter : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public ChildStarter()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "demo-children" };
        _thread.Start();
    }

    public Process Start(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    /// <summary>Call it after the children have ended.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (var action in _work.GetConsumingEnumerable())
            action();
    }
}
