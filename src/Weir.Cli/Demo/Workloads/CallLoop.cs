using System.Net;
using System.Net.Sockets;

namespace Weir.Cli.Demo.Workloads;

/// <summary>A client that calls an HTTP server again and again: over IPv4 a new connection each time, over IPv6 one that is kept open.</summary>
internal sealed class CallLoop(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(20);
    private readonly Lock _gate = new();
    private CallerCount _count = new();
    private HttpConnection? _kept;
    private CancellationTokenSource? _stop;

    /// <summary>What it has seen so far; the slowest answer counts anew after each reading.</summary>
    public CallerCount Count
    {
        get
        {
            lock (_gate)
            {
                var count = _count;
                _count = count with { SlowestMilliseconds = 0 };
                return count;
            }
        }
    }

    public void Start(IReadOnlyList<IPEndPoint> servers, TimeSpan pause, CancellationToken cancel)
    {
        Stop();
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _ = RunAsync(servers, pause, _stop.Token);
    }

    public void Stop()
    {
        _stop?.Cancel();
        _stop?.Dispose();
        _stop = null;
    }

    public void Dispose()
    {
        Stop();
        _kept?.Dispose();
    }

    private async Task RunAsync(IReadOnlyList<IPEndPoint> servers, TimeSpan pause, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(pause, clock);
        for (var turn = 0; !cancel.IsCancellationRequested; turn++)
        {
            await CallAsync(servers[turn % servers.Count], cancel);
            try
            {
                await timer.WaitForNextTickAsync(cancel);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task CallAsync(IPEndPoint server, CancellationToken cancel)
    {
        var began = clock.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            await (server.AddressFamily == AddressFamily.InterNetworkV6 ? CallKeptAsync(server, limit.Token) : CallNewAsync(server, limit.Token));
            Record(server, clock.GetElapsedTime(began), null);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or FormatException)
        {
            if (cancel.IsCancellationRequested)
                return;
            Record(server, clock.GetElapsedTime(began), e is OperationCanceledException ? $"no answer in {Patience.TotalSeconds} s" : e.Message);
        }
    }

    private async Task CallNewAsync(IPEndPoint server, CancellationToken cancel)
    {
        using var connection = await OpenAsync(server, cancel);
        await connection.GetAsync("api", "/visits", keep: false, cancel);
    }

    private async Task CallKeptAsync(IPEndPoint server, CancellationToken cancel)
    {
        try
        {
            _kept ??= await OpenAsync(server, cancel);
            await _kept.GetAsync("api", "/visits", keep: true, cancel);
        }
        catch
        {
            _kept?.Dispose();
            _kept = null;
            throw;
        }
    }

    /// <summary>As careful clients do: a connection that could not even be tried, because this host has no way there at this moment, is tried again and counted.</summary>
    private async Task<HttpConnection> OpenAsync(IPEndPoint server, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await HttpConnection.OpenAsync(server, cancel);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.AddressNotAvailable)
            {
                lock (_gate)
                    _count = _count with { Retried = _count.Retried + 1 };
                await Task.Delay(BetweenTries, clock, cancel);
            }
        }
    }

    private void Record(IPEndPoint server, TimeSpan took, string? failure)
    {
        lock (_gate)
        {
            _count = failure is null
                ? _count with
                {
                    Answered = _count.Answered + 1,
                    AnsweredOverIpv6 = _count.AnsweredOverIpv6 + (server.AddressFamily == AddressFamily.InterNetworkV6 ? 1 : 0),
                    SlowestMilliseconds = Math.Max(_count.SlowestMilliseconds, took.TotalMilliseconds),
                }
                : _count with { Failed = _count.Failed + 1, LastFailure = $"{server}: {failure}" };
        }
    }
}
