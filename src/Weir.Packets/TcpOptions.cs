using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>IANA's TCP option kinds, as include/net/tcp.h spells them. Others are passed on as bytes.</summary>
public enum TcpOptionKind : byte
{
    TCPOPT_EOL = 0,
    TCPOPT_NOP = 1,
    TCPOPT_MSS = 2,
    TCPOPT_WINDOW = 3,
    TCPOPT_SACK_PERM = 4,
    TCPOPT_SACK = 5,
    TCPOPT_TIMESTAMP = 8,
}

/// <summary>One TCP option. Members that belong to another kind are 0.</summary>
public readonly ref struct TcpOption
{
    internal const int SackBlockSize = 8;

    internal TcpOption(TcpOptionKind kind, ReadOnlySpan<byte> data)
    {
        Kind = kind;
        Data = data;
    }

    public TcpOptionKind Kind { get; }

    /// <summary>The bytes behind kind and length.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>RFC 9293 3.7.1.</summary>
    public ushort MaximumSegmentSize => Kind == TcpOptionKind.TCPOPT_MSS ? ReadUInt16BigEndian(Data) : (ushort)0;

    /// <summary>RFC 7323 2.2: the shift, at most 14 (2.3: larger ones count as 14).</summary>
    public byte WindowScale => Kind == TcpOptionKind.TCPOPT_WINDOW ? Math.Min(Data[0], (byte)14) : (byte)0;

    /// <summary>RFC 7323 3.2: TSval.</summary>
    public uint TimestampValue => Kind == TcpOptionKind.TCPOPT_TIMESTAMP ? ReadUInt32BigEndian(Data) : 0;

    /// <summary>RFC 7323 3.2: TSecr.</summary>
    public uint TimestampEcho => Kind == TcpOptionKind.TCPOPT_TIMESTAMP ? ReadUInt32BigEndian(Data[4..]) : 0;

    /// <summary>RFC 2018 3: how many blocks a SACK option holds, up to 4.</summary>
    public int SackBlockCount => Kind == TcpOptionKind.TCPOPT_SACK ? Data.Length / SackBlockSize : 0;

    /// <summary>The edges of a block: its first sequence number, and the one behind its last.</summary>
    public (uint Left, uint Right) SackBlock(int index) =>
        (ReadUInt32BigEndian(Data[(index * SackBlockSize)..]), ReadUInt32BigEndian(Data[((index * SackBlockSize) + 4)..]));
}

/// <summary>The options of a TCP header; read with <c>foreach</c>, which ends at the first wrong one. No-operation options are left out.</summary>
/// <remarks>The options of a segment that was accepted may still be wrong: the kernel ignores the rest then, and so does the enumeration.</remarks>
public readonly ref struct TcpOptionList
{
    internal TcpOptionList(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Reads options that stand alone.</summary>
    public static PacketError Parse(ReadOnlySpan<byte> bytes, out TcpOptionList options)
    {
        options = new TcpOptionList(bytes);
        return options.Check();
    }

    /// <summary>None when all options are well formed and the known ones have the right length.</summary>
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
            walk = new OptionWalk(bytes, new(PacketError.TcpOptionTooShort, PacketError.TcpOptionLengthBelowMinimum, PacketError.TcpOptionBeyondHeader));

        public readonly TcpOption Current => new((TcpOptionKind)walk.Kind, walk.Data);

        /// <summary>Why the enumeration ended; None at the true end.</summary>
        public readonly PacketError Error => walk.Error;

        public bool MoveNext() => walk.MoveNext() && (HasRightLength((TcpOptionKind)walk.Kind, walk.Data.Length) || walk.Fail(PacketError.TcpOptionLengthWrong));

        private static bool HasRightLength(TcpOptionKind kind, int length) => kind switch
        {
            TcpOptionKind.TCPOPT_MSS => length == 2,
            TcpOptionKind.TCPOPT_WINDOW => length == 1,
            TcpOptionKind.TCPOPT_SACK_PERM => length == 0,
            TcpOptionKind.TCPOPT_SACK => length >= TcpOption.SackBlockSize && length % TcpOption.SackBlockSize == 0,
            TcpOptionKind.TCPOPT_TIMESTAMP => length == 8,
            _ => true,
        };
    }
}
