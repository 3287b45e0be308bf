namespace Weir.Packets;

/// <summary>
/// Walks options in the shape that IPv4 (RFC 791 3.1) and TCP (RFC 9293 3.1) share: a byte 0 ends the list, a byte 1 fills, any other kind is
/// followed by a length that counts both bytes.
/// </summary>
internal ref struct OptionWalk(ReadOnlySpan<byte> bytes, OptionErrors errors)
{
    private const byte EndOfList = 0;
    private const byte NoOperation = 1;

    private ReadOnlySpan<byte> _rest = bytes;

    public byte Kind { get; private set; }

    /// <summary>Behind kind and length.</summary>
    public ReadOnlySpan<byte> Data { get; private set; }

    /// <summary>Why the walk ended; None at the true end.</summary>
    public PacketError Error { readonly get; private set; }

    public bool MoveNext()
    {
        while (!_rest.IsEmpty && _rest[0] == NoOperation)
        {
            _rest = _rest[1..];
        }

        if (_rest.IsEmpty || _rest[0] == EndOfList)
        {
            return false;
        }

        if (CheckFirst() is not PacketError.None and var error)
        {
            return Fail(error);
        }

        int length = _rest[1];
        Kind = _rest[0];
        Data = _rest[2..length];
        _rest = _rest[length..];
        return true;
    }

    /// <summary>Ends the walk: the caller knows the kind, and that its data is wrong.</summary>
    public bool Fail(PacketError error)
    {
        Error = error;
        _rest = [];
        return false;
    }

    private readonly PacketError CheckFirst()
    {
        if (_rest.Length < 2)
        {
            return errors.TooShort;
        }

        if (_rest[1] < 2)
        {
            return errors.LengthBelowMinimum;
        }

        return _rest[1] > _rest.Length ? errors.BeyondHeader : PacketError.None;
    }
}

/// <summary>A header's own names for what can be wrong with the shape.</summary>
internal readonly record struct OptionErrors(PacketError TooShort, PacketError LengthBelowMinimum, PacketError BeyondHeader);
