using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>
/// Makes .NET start its own threads (pool, timers, sockets' epoll, signals) in the namespace that the process was started in. A thread is born
/// in its creator's namespace: whatever .NET starts for the first time from inside <see cref="NetworkNamespace.Run(Action)"/> would stay there.
/// </summary>
/// <remarks>
/// One thread can't be kept at home from here: the runtime's tiered compilation ends its worker after 4 s without work and starts the next from
/// whatever thread needs it. It only compiles, and ends by itself, but a namespace that is deleted meanwhile lives on until then. With
/// DOTNET_TC_BackgroundWorkerTimeoutMs=7fffffff in the environment (there is no other switch; tried) the first worker stays, at home.
/// </remarks>
public static class ProcessRuntime
{
    private static readonly Lazy<bool> Primed = new(StartThreads);

    /// <summary>Call it first in Main. <see cref="NetworkNamespace.Run(Action)"/> calls it too, opening a socket does not; only the first call does anything.</summary>
    public static void Prime() => _ = Primed.Value;

    private static bool StartThreads()
    {
        // The pool's workers, its gate thread, and the timer thread.
        using var fired = new ManualResetEventSlim();
        using (var timer = TimeProvider.System.CreateTimer(static state => ((ManualResetEventSlim)state!).Set(), fired, TimeSpan.Zero, Timeout.InfiniteTimeSpan))
            fired.Wait();

        // The thread of System.Net.Sockets that waits in epoll, started by the first asynchronous operation.
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
        using (var cancel = new CancellationTokenSource())
        {
            socket.Bind(new UnixDomainSocketEndPoint($"\0weir-prime-{Environment.ProcessId}-{Guid.NewGuid():N}"));
            var receive = socket.ReceiveAsync(new byte[1], SocketFlags.None, cancel.Token);
            cancel.Cancel();
            try
            {
                receive.AsTask().Wait();
            }
            catch (AggregateException)
            {
                // Cancelled, as intended.
            }
        }

        // The thread that hands out signals.
        using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, static _ => { }))
        {
        }

        return true;
    }
}
