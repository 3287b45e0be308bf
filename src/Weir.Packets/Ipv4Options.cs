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
        private OptionWalk walk;

        internal Enumerator(ReadOnlySpan<byte> bytes) =>
            walk = new OptionWalk(bytes, new(PacketError.Ipv4OptionTooShort, PacketError.Ipv4OptionLengthBelowMinimum, PacketError.Ipv4OptionBeyondHeader));

        public readonly Ipv4Option Current => new(walk.Kind, walk.Data);

        /// <summary>Why the enumeration ended; None at the true end.</summary>
        public readonly PacketError Error => walk.Error;

        public bool MoveNext() => walk.MoveNext();
    }
}
