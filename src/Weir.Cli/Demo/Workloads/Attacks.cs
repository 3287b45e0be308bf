using System.Net;
using System.Net.Sockets;

namespace Weir.Cli.Demo.Workloads;

/// <summary>What a workload does once somebody else has got hold of it. Each says what its client saw.</summary>
internal static class Attacks
{
    /// <summary>Asks a database directly for something that only its own client should read.</summary>
    public static Task<Attempt> ReadSecretAsync(IPEndPoint server, TimeSpan patience, CancellationToken cancel) =>
        TryAsync(server, patience, async token =>
        {
            using var redis = await RedisConnection.OpenAsync(server, token);
            return await redis.SendAsync(["GET", "secret"], token) ?? "";
        }, cancel);

    /// <summary>Connects and waits for the first line, as a program does that calls home.</summary>
    public static Task<Attempt> TalkAsync(IPEndPoint server, TimeSpan patience, CancellationToken cancel) =>
        TryAsync(server, patience, async token =>
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(server, token);
            using var stream = new TextStream(socket);
            await stream.WriteAsync("hello\r\n", token);
            return await stream.ReadLineAsync(token) ?? throw new IOException("closed without an answer");
        }, cancel);

    /// <summary>Tries to connect to all ports of all hosts at once.</summary>
    public static async Task<IReadOnlyList<Attempt>> ScanAsync(
        IEnumerable<IPEndPoint> servers, TimeSpan patience, CancellationToken cancel) =>
        await Task.WhenAll(servers.Select(server => TryAsync(server, patience, async token =>
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(server, token);
            return "open";
        }, cancel)));

    private static async Task<Attempt> TryAsync(
        IPEndPoint server, TimeSpan patience, Func<CancellationToken, Task<string>> attack, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        var address = server.Address.ToString();
        try
        {
            return new Attempt(address, server.Port, Outcome.Answered, await attack(limit.Token));
        }
        catch (OperationCanceledException)
        {
            return new Attempt(address, server.Port, Outcome.Silent);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.HostUnreachable)
        {
            return new Attempt(address, server.Port, Outcome.Silent, e.Message);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return new Attempt(address, server.Port, Outcome.Refused, e.Message);
        }
    }
}
