using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets.Dns;

/// <summary>A name inside a DNS message, RFC 1035 3.1 and 4.1.4 (compression), in place; its labels are read with <c>foreach</c>.</summary>
/// <remarks>
/// A label is a length (1 to 63) and that many bytes; a length of 0 ends the name; two high bits set make a pointer to an earlier name.
/// <see cref="Check"/> is the only place that follows pointers into the unknown: each must point before the place where the labels it
/// continues began, so a loop is impossible, and their number is bounded as well.
/// </remarks>
public readonly ref struct DnsName
{
    /// <summary>Bytes of a name without compression, RFC 1035 2.3.4.</summary>
    public const int MaxLength = 255;

    /// <summary>Pointers in one name. Servers use one or two.</summary>
    public const int MaxPointers = 16;

    private const int PointerBits = 0xC0;
    private const int PointerMask = 0x3FFF;

    private readonly ReadOnlySpan<byte> message;
    private readonly int offset;

    internal DnsName(ReadOnlySpan<byte> message, int offset)
    {
        this.message = message;
        this.offset = offset;
    }

    public bool IsRoot => !GetEnumerator().MoveNext();

    public Enumerator GetEnumerator() => new(message, offset);

    /// <summary>Bytes that <see cref="WriteTo"/> writes: the name without compression.</summary>
    public int WireLength
    {
        get
        {
            int length = 1;
            foreach (ReadOnlySpan<byte> label in this)
            {
                length += 1 + label.Length;
            }

            return length;
        }
    }

    /// <summary>Writes the name without compression and returns its length; <see cref="MaxLength"/> bytes are always enough.</summary>
    public int WriteTo(Span<byte> destination)
    {
        int written = 0;
        foreach (ReadOnlySpan<byte> label in this)
        {
            destination[written] = (byte)label.Length;
            label.CopyTo(destination[(written + 1)..]);
            written += 1 + label.Length;
        }

        destination[written] = 0;
        return written + 1;
    }

    /// <summary>Whether this is the name in dotted text, without regard to case (RFC 4343).</summary>
    public bool Is(ReadOnlySpan<char> text)
    {
        text = text.EndsWith('.') ? text[..^1] : text;
        foreach (ReadOnlySpan<byte> label in this)
        {
            if (text.Length < label.Length || !Ascii.EqualsIgnoreCase(label, text[..label.Length]))
            {
                return false;
            }

            text = text[label.Length..];
            if (text.IsEmpty)
            {
                continue;
            }

            if (text[0] != '.')
            {
                return false;
            }

            text = text[1..];
        }

        return text.IsEmpty;
    }

    /// <summary>Dotted text without the last dot, "." for the root; dots, backslashes and unprintable bytes are escaped as in RFC 1035 5.1.</summary>
    /// <returns>False when <paramref name="destination"/> is too small; 4 x 255 characters are always enough.</returns>
    public bool TryFormat(Span<char> destination, out int written)
    {
        written = 0;
        foreach (ReadOnlySpan<byte> label in this)
        {
            if (written > 0 && !TryAppend(destination, ref written, '.'))
            {
                return false;
            }

            foreach (byte part in label)
            {
                if (!TryAppendByte(destination, ref written, part))
                {
                    return false;
                }
            }
        }

        return written > 0 || TryAppend(destination, ref written, '.');
    }

    /// <summary>As <see cref="TryFormat"/>; allocates the text.</summary>
    public override string ToString()
    {
        Span<char> text = stackalloc char[4 * MaxLength];
        TryFormat(text, out int written);
        return text[..written].ToString();
    }

    /// <summary>Proves that the name at <paramref name="offset"/> can be read, and says where the bytes behind it begin.</summary>
    internal static PacketError Check(ReadOnlySpan<byte> message, int offset, out int end)
    {
        end = 0;
        int position = offset;
        int barrier = offset;
        int pointers = 0;
        int length = 1;
        while (true)
        {
            if (position >= message.Length)
            {
                return PacketError.DnsNameTooShort;
            }

            byte first = message[position];
            switch (first & PointerBits)
            {
                case 0:
                    position += 1 + first;
                    if (first == 0)
                    {
                        end = pointers == 0 ? position : end;
                        return PacketError.None;
                    }

                    length += 1 + first;
                    if (length > MaxLength)
                    {
                        return PacketError.DnsNameTooLong;
                    }

                    break;
                case PointerBits:
                    if (position + 1 >= message.Length)
                    {
                        return PacketError.DnsNameTooShort;
                    }

                    end = pointers == 0 ? position + 2 : end;
                    int target = ReadUInt16BigEndian(message[position..]) & PointerMask;
                    if (target >= barrier || target < DnsHeader.Size)
                    {
                        return PacketError.DnsPointerNotBackward;
                    }

                    if (++pointers > MaxPointers)
                    {
                        return PacketError.DnsPointersTooMany;
                    }

                    position = barrier = target;
                    break;
                default:
                    return PacketError.DnsLabelTypeUnknown;
            }
        }
    }

    private static bool TryAppendByte(Span<char> destination, ref int written, byte part)
    {
        if (part is (byte)'.' or (byte)'\\')
        {
            return TryAppend(destination, ref written, '\\') && TryAppend(destination, ref written, (char)part);
        }

        if (part is > 0x20 and < 0x7F)
        {
            return TryAppend(destination, ref written, (char)part);
        }

        return TryAppend(destination, ref written, '\\')
            && TryAppend(destination, ref written, (char)('0' + (part / 100)))
            && TryAppend(destination, ref written, (char)('0' + (part / 10 % 10)))
            && TryAppend(destination, ref written, (char)('0' + (part % 10)));
    }

    private static bool TryAppend(Span<char> destination, ref int written, char character)
    {
        if (written == destination.Length)
        {
            return false;
        }

        destination[written++] = character;
        return true;
    }

    /// <summary>The labels of a checked name, pointers followed.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> message;
        private int position;

        internal Enumerator(ReadOnlySpan<byte> message, int offset)
        {
            this.message = message;
            position = offset;
        }

        public ReadOnlySpan<byte> Current { readonly get; private set; }

        public bool MoveNext()
        {
            if (message.IsEmpty)
            {
                return false;
            }

            while ((message[position] & PointerBits) == PointerBits)
            {
                position = ReadUInt16BigEndian(message[position..]) & PointerMask;
            }

            int length = message[position];
            Current = message.Slice(position + 1, length);
            position += length == 0 ? 0 : 1 + length;
            return length != 0;
        }
    }
}
