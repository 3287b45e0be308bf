using System.Net.Sockets;
using System.Text;

namespace Weir.Cli.Demo.Workloads;

/// <summary>A socket read by lines ending in CR LF and by counted bytes, as HTTP and Redis speak.</summary>
internal sealed class TextStream(Socket socket) : IDisposable
{
    private const int LongestLine = 8192;
    private readonly byte[] _buffer = new byte[LongestLine];
    private int _start;
    private int _end;

    /// <summary>The next line without its end; null when the peer has closed, or sends no line ends.</summary>
    public async ValueTask<string?> ReadLineAsync(CancellationToken cancel)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, end).TrimEnd('\r');
                _start += end + 1;
                return line;
            }

            if (!await FillAsync(cancel))
                return null;
        }
    }

    /// <summary>Exactly so many bytes as text; null when the peer closes before.</summary>
    public async ValueTask<string?> ReadExactlyAsync(int count, CancellationToken cancel)
    {
        while (_end - _start < count)
        {
            if (!await FillAsync(cancel))
                return null;
        }

        var text = Encoding.UTF8.GetString(_buffer, _start, count);
        _start += count;
        return text;
    }

    public async ValueTask WriteAsync(string text, CancellationToken cancel)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent), SocketFlags.None, cancel);
    }

    public void Dispose() => socket.Dispose();

    private async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            return false;

        var read = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancel);
        _end += read;
        return read > 0;
    }
}
