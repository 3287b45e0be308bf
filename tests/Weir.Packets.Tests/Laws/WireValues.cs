using Weir.Packets.Tls;

namespace Weir.Packets.Tests.Laws;

/// <summary>Random values of the sizes that formats are made of, and what every format's exercise needs.</summary>
internal static class WireValues
{
    /// <summary>Room for whatever a format writes.</summary>
    public static readonly byte[] Scratch = new byte[TlsClientHello.MaxLength + 4];

    private static long sink;

    internal delegate void Writer(Span<byte> destination);

    public static byte[] WithHeader(Writer writer, int size)
    {
        byte[] bytes = new byte[size];
        writer(bytes);
        return bytes;
    }

    public static byte[] RandomBytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    public static byte[] RandomLetters(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)('a' + random.Next(26)))];

    public static string RandomName(Random random) => $"{System.Text.Encoding.ASCII.GetString(RandomLetters(random, random.Next(1, 20)))}.test";

    public static ushort Next16(Random random) => (ushort)random.Next(65536);

    public static uint Next32(Random random) => (uint)random.NextInt64(1L << 32);

    public static MacAddress NextMac(Random random) => new((ulong)random.NextInt64(1L << 48));

    public static void Touch(long value) => sink += value;

    public static void Touch(ReadOnlySpan<byte> bytes) => sink += bytes.Length;

    public static int Append(ReadOnlySpan<byte> bytes, Span<byte> destination, int offset)
    {
        bytes.CopyTo(destination[offset..]);
        return offset + bytes.Length;
    }

    /// <summary>For the law everything but Complete is an error.</summary>
    public static PacketError ErrorOf(ReadOutcome outcome) => outcome == ReadOutcome.Complete ? PacketError.None : PacketError.TlsTooShort;
}
