namespace Weir.Packets;

/// <summary>One IPv4 option, RFC 791 3.1: its type byte, and its data behind the length.</summary>
public readonly ref struct Ipv4Option
{
    internal Ipv4Option(byte type, ReadOnlySpan<byte> data)
    {
        Type = type;
        Data = data;
    }

    /// <summary>Copied flag, class and number: 131 loose source route, 7 record route, 148 router alert.</summary>
    public byte Type { get; }

    public ReadOnlySpan<byte> Data { get; }
}

/// <summary>The options of an IPv4 header; read with <c>foreach</c>, which ends at the first wrong one. No-operation options are left out.</summary>
public readonly ref struct Ipv4OptionList
{
    private const byte EndOfList = 0;
    private const byte NoOperation = 1;

    internal Ipv4OptionList(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Reads options that stand alone.</summary>
    public static PacketError Parse(ReadOnlySpan<byte> bytes, out Ipv4OptionList options)
    {
        options = new Ipv4OptionList(bytes);
        return options.Check();
    }

    /// <summary>None when all options are well formed.</summary>
    public PacketError Check()
    {
        Enumerator options = GetEnumerator();
        while (options.MoveNext())
        {
        }

        return options.Error;
    }

    public Enumerator GetEnumerator() => new(Bytes);

    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> rest;

        internal Enumerator(ReadOnlySpan<byte> bytes) => rest = bytes;

        public Ipv4Option Current { get; private set; }

        /// <summary>Why the enumeration ended; None at the true end.</summary>
        public PacketError Error { readonly get; private set; }

        public bool MoveNext()
        {
            while (!rest.IsEmpty && rest[0] == NoOperation)
            {
                rest = rest[1..];
            }

            if (rest.IsEmpty || rest[0] == EndOfList)
            {
                return false;
            }

            Error = CheckFirst();
            if (Error != PacketError.None)
            {
                rest = [];
                return false;
            }

            int length = rest[1];
            Current = new Ipv4Option(rest[0], rest[2..length]);
            rest = rest[length..];
            return true;
        }

        private readonly PacketError CheckFirst()
        {
            if (rest.Length < 2)
            {
                return PacketError.Ipv4OptionTooShort;
            }

            if (rest[1] < 2)
            {
                return PacketError.Ipv4OptionLengthBelowMinimum;
            }

            return rest[1] > rest.Length ? PacketError.Ipv4OptionBeyondHeader : PacketError.None;
        }
    }
}
