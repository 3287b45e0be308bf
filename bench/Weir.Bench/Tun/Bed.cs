using Weir.Testing;

namespace Weir.Bench.Tun;

/// <summary>The namespaces and processes of one contender in one setting. Dispose ends and deletes them.</summary>
internal sealed class Bed : IDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    private readonly List<TestNamespace> _namespaces = [];
    private readonly string _blast;
    private RunningTool? _service;

    internal Bed(string blast)
    {
        _blast = blast;
        Client = AddNamespace();
    }

    internal TestNamespace Client { get; }

    /// <summary>Where the client finds the services.</summary>
    internal string Address { get; set; } = "";

    /// <summary>The process whose CPU time is the stack's; null when that is the kernel alone.</summary>
    internal RunningTool? Stack { get; set; }

    /// <summary>The same in all namespaces, the client's and those behind a peer.</summary>
    internal TestNamespace AddNamespace()
    {
        TestNamespace ns = new();
        _namespaces.Add(ns);
        // The machine's own default may be bbr, which slows the peers tenfold. Ports of closed connections are free again after a second, not after a minute.
        ns.Run("sysctl", "-qw", "net.ipv4.tcp_congestion_control=reno", "net.ipv4.tcp_tw_reuse=1", "net.ipv4.ip_local_port_range=1024 65535");
        return ns;
    }

    /// <summary>Starts a program and waits until it has said that it is ready.</summary>
    internal static RunningTool StartReady(TestNamespace ns, string ready, string program, params IReadOnlyList<string> arguments)
    {
        RunningTool tool = ns.Start(program, arguments);
        Eventually.True(StartTime, () => tool.HasExited || tool.Output.Contains(ready, StringComparison.Ordinal), $"'{ready}' of {tool.Command}: {tool.Output}{tool.Error}");
        return tool.HasExited ? throw new InvalidOperationException($"{tool.Command} ended: {tool.Output}{tool.Error}") : tool;
    }

    /// <summary>The kernel's side.</summary>
    internal void Serve(TestNamespace ns) => _service = StartReady(ns, "ready", _blast, "serve");

    /// <summary>Returns once a byte comes back.</summary>
    internal Bed WhenItAnswers()
    {
        Eventually.True(StartTime, () => Stack?.HasExited == true || Client.Try(_blast, "pingpong", Address, $"{Measure.Echo}", "-t", "0", "-w", "0").Succeeded, $"an answer of {Address}");
        return Stack?.HasExited == true ? throw new InvalidOperationException($"{Stack.Command} ended: {Stack.Output}{Stack.Error}") : this;
    }

    internal Measured Run(Measure measure, double warmSeconds, double seconds, bool reset, CancellationToken cancel)
    {
        List<string> words = [measure.Mode, Address, $"{measure.Port}", "-w", $"{warmSeconds}", "-t", $"{seconds}"];
        if (reset)
            words.Add("-r");
        if (Stack is not null)
            words.AddRange(["-p", $"{Stack.Pid}"]);
        if (_service is not null)
            words.AddRange(["-q", $"{_service.Pid}"]);
        using RunningTool client = RunningTool.StartIn(Client.Name, _blast, words);
        long start = TimeProvider.System.GetTimestamp();
        // The client itself gives up after ten seconds without progress.
        while (!client.WaitForExit(TimeSpan.FromMilliseconds(100)))
        {
            cancel.ThrowIfCancellationRequested();
            if (TimeProvider.System.GetElapsedTime(start).TotalSeconds > warmSeconds + seconds + 60)
                throw new InvalidOperationException($"{client.Command} still runs");
        }

        return client.Result.Succeeded ? Measured.From(client.Result.Json) : throw new InvalidOperationException(client.Error.Trim());
    }

    public void Dispose()
    {
        foreach (TestNamespace ns in Enumerable.Reverse(_namespaces))
            ns.Dispose();
    }
}
