using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Course.Replay;

/// <summary>Steps of ByteStream, and the reading ones of the classes that fill one.</summary>
internal class ByteStreamSubject : StepSubject
{
    /// <summary>Bytes of the largest capacity that a file may ask for.</summary>
    public const int MaxCapacity = 1 << 28;

    protected ByteStreamSubject(StepFields parameters, string className)
        : base(className) => Stream = new ByteStream(parameters.NumberTo("capacity", MaxCapacity));

    public ByteStreamSubject(StepFields parameters)
        : this(parameters, "ByteStream")
    {
    }

    protected ByteStream Stream { get; }

    public override string? Act(string op, StepFields step)
    {
        switch (op)
        {
            case "push":
                Stream.Push(step.Data("data"));
                return null;
            case "close":
                Stream.Close();
                return null;
            default:
                return Read(op, step);
        }
    }

    public override string? Expect(string what, StepFields step) => what switch
    {
        "bytes_pushed" => Number(what, step, Stream.BytesPushed),
        "bytes_popped" => Number(what, step, Stream.BytesPopped),
        "bytes_buffered" => Number(what, step, (ulong)Stream.BytesBuffered),
        "available_capacity" => Number(what, step, (ulong)Stream.AvailableCapacity),
        "is_closed" => Flag(what, step, Stream.IsClosed),
        "is_finished" => Flag(what, step, Stream.IsFinished),
        "has_error" => Flag(what, step, Stream.HasError),
        "buffer_empty" => Flag(what, step, Stream.BytesBuffered == 0),
        "peek_all" => PeekAll(step.Data("data")),
        "peek_prefix" => PeekPrefix(step.Data("data")),
        _ => throw UnknownExpectation(what),
    };

    protected string? Read(string op, StepFields step)
    {
        switch (op)
        {
            case "pop":
                Stream.Pop((int)Math.Min(step.Number("len"), int.MaxValue));
                return null;
            case "set_error":
                Stream.SetError();
                return null;
            case "read_all":
                return ReadAll(step.Data("data"));
            default:
                throw UnknownOp(op);
        }
    }

    private string? ReadAll(byte[] data)
    {
        byte[] read = new byte[Math.Min(data.Length, Stream.BytesBuffered)];
        Stream.Read(read);
        if (!data.AsSpan().SequenceEqual(read))
        {
            return $"read {Show(read)}";
        }

        return Stream.BytesBuffered == 0 ? null : $"{Stream.BytesBuffered} bytes are left";
    }

    private string? PeekAll(byte[] data)
    {
        byte[] all = new byte[Stream.BytesBuffered];
        Stream.CopyTo(0, all);
        return data.AsSpan().SequenceEqual(all) ? null : $"{Show(all)} is buffered";
    }

    // How long a piece is, is free; but there is one if and only if one is expected.
    private string? PeekPrefix(byte[] data)
    {
        var piece = Stream.Peek();
        int common = Math.Min(piece.Length, data.Length);
        return piece.IsEmpty == (data.Length == 0) && piece[..common].SequenceEqual(data.AsSpan(0, common)) ? null : $"peeked {Show(piece)}";
    }
}
