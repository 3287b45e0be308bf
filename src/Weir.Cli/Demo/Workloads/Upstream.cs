using System.Net;
using System.Net.Sockets;

namespace Weir.Cli.Demo.Workloads;

/// <summary>The server behind a server: one Redis connection, kept open, made anew only when it breaks.</summary>
internal sealed class Upstream : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private RedisConnection? _connection;
    private long _connections;

    /// <summary>Where it is; null until it is known.</summary>
    public IPEndPoint? Server { get; set; }

    /// <summary>How often the connection had to be made: 1 as long as nothing broke it.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Why it broke last; empty as long as it has not.</summary>
    public string LastFailure { get; private set; } = "";

    /// <summary>The answer; null when the server can't be asked.</summary>
    public async Task<string?> AskAsync(IReadOnlyList<string> command, TimeSpan patience, CancellationToken cancel)
    {
        if (Server is not { } server)
            return null;

        await _turn.WaitAsync(cancel);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(patience);
            if (_connection is null)
            {
                Interlocked.Increment(ref _connections);
                _connection = await RedisConnection.OpenAsync(server, limit.Token);
            }

            return await _connection.SendAsync(command, limit.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            LastFailure = e is OperationCanceledException ? $"no answer in {patience.TotalSeconds} s" : e.Message;
            _connection?.Dispose();
            _connection = null;
            return null;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _turn.Dispose();
    }
}
