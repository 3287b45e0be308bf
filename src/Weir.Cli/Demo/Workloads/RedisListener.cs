using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Weir.Cli.Demo.Workloads;

/// <summary>A small server that speaks Redis' protocol (RESP2): PING, ECHO, SET, GET, DEL, INCR, QUIT.</summary>
internal sealed class RedisListener(int port) : Listener(port)
{
    private const int MostArguments = 16;
    private const int LongestArgument = 4096;
    private readonly ConcurrentDictionary<string, string> _values = new(StringComparer.Ordinal);

    public void Set(string key, string value) => _values[key] = value;

    protected override async Task ServeAsync(Socket client, CancellationToken cancel)
    {
        using var stream = new TextStream(client);
        while (await ReadCommandAsync(stream, cancel) is { Count: > 0 } command)
        {
            CountRequest();
            await stream.WriteAsync(Answer(command), cancel);
            if (command[0].Equals("QUIT", StringComparison.OrdinalIgnoreCase))
                return;
        }
    }

    /// <summary>An array of bulk strings, or words on a line; null when the peer has closed or speaks something else.</summary>
    private static async Task<IReadOnlyList<string>?> ReadCommandAsync(TextStream stream, CancellationToken cancel)
    {
        var line = await stream.ReadLineAsync(cancel);
        if (line is null or "")
            return null;
        if (line[0] != '*')
            return line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!int.TryParse(line.AsSpan(1), out var count) || count is < 1 or > MostArguments)
            return null;

        var words = new List<string>(count);
        for (var i = 0; i < count; i++)
        {
            var header = await stream.ReadLineAsync(cancel);
            if (header is not ['$', ..] || !int.TryParse(header.AsSpan(1), out var length) || length is < 0 or > LongestArgument)
                return null;
            if (await stream.ReadExactlyAsync(length, cancel) is not { } word || await stream.ReadLineAsync(cancel) is null)
                return null;
            words.Add(word);
        }

        return words;
    }

    private string Answer(IReadOnlyList<string> command) => (command[0].ToUpperInvariant(), command.Count) switch
    {
        ("PING", 1) => "+PONG\r\n",
        ("ECHO", 2) => Bulk(command[1]),
        ("SET", 3) => SetAnswer(command[1], command[2]),
        ("GET", 2) => _values.TryGetValue(command[1], out var value) ? Bulk(value) : "$-1\r\n",
        ("DEL", 2) => _values.TryRemove(command[1], out _) ? ":1\r\n" : ":0\r\n",
        ("INCR", 2) => Increment(command[1]),
        ("QUIT", _) => "+OK\r\n",
        _ => $"-ERR unknown command or wrong number of arguments for '{command[0]}'\r\n",
    };

    private string SetAnswer(string key, string value)
    {
        Set(key, value);
        return "+OK\r\n";
    }

    private string Increment(string key)
    {
        var text = _values.AddOrUpdate(key, "1", static (_, old) => long.TryParse(old, out var number) ? $"{number + 1}" : old);
        return long.TryParse(text, out var value) ? $":{value}\r\n" : "-ERR value is not an integer or out of range\r\n";
    }

    private static string Bulk(string text) => $"${Encoding.UTF8.GetByteCount(text)}\r\n{text}\r\n";
}
