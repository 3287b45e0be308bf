namespace Weir.Packets.Tls;

/// <summary>Byte strings one behind the other, each behind its length in one byte; read with <c>foreach</c>.</summary>
public readonly ref struct LengthPrefixedList
{
    private readonly ReadOnlySpan<byte> bytes;

    internal LengthPrefixedList(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    public bool IsEmpty => bytes.IsEmpty;

    public Enumerator GetEnumerator() => new(bytes);

    /// <summary>Whether the lengths add up and no string is empty.</summary>
    internal static bool IsRight(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int length = bytes[0];
            if (length == 0 || length > bytes.Length - 1)
            {
                return false;
            }

            bytes = bytes[(1 + length)..];
        }

        return true;
    }

    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> rest;

        internal Enumerator(ReadOnlySpan<byte> bytes) => rest = bytes;

        public ReadOnlySpan<byte> Current { readonly get; private set; }

        public bool MoveNext()
        {
            if (rest.IsEmpty)
            {
                return false;
            }

            int length = rest[0];
            Current = rest.Slice(1, length);
            rest = rest[(1 + length)..];
            return true;
        }
    }
}
