namespace Weir.Cli.Tcp;

/// <summary>Lines of a stream as bytes, one at a time: long ones are normal here, endless ones are not.</summary>
internal sealed class LineReader(Stream stream)
{
    private const int MaxLine = 64 << 20;

    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private int _searched;
    private bool _isFirst = true;

    /// <summary>The next line without its end, valid until the next call; null: there is none.</summary>
    /// <exception cref="InvalidDataException">A line is longer than 64 MiB.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_searched.._end).IndexOf((byte)'\n');
            if (newline >= 0)
                return Take(_searched + newline, _searched + newline + 1);

            _searched = _end;
            MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel);
            if (read == 0 && _start == _end)
                return default(ReadOnlyMemory<byte>?);
            if (read == 0)
                return Take(_end, _end);
            _end += read;
            if (_end - _start > MaxLine)
                throw new InvalidDataException($"a line is longer than {MaxLine >> 20} MiB");
        }
    }

    private ReadOnlyMemory<byte> Take(int stop, int next)
    {
        var line = _buffer.AsMemory(_start..stop);
        _start = _searched = next;
        if (_isFirst && line.Span.StartsWith("\uFEFF"u8))
            line = line["\uFEFF"u8.Length..];
        _isFirst = false;
        return line;
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length)
            return;

        var length = _end - _start;
        var target = length > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, length).CopyTo(target);
        _buffer = target;
        (_start, _end, _searched) = (0, length, length);
    }
}
