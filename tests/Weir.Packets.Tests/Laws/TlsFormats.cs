using Weir.Packets.Tests.Tls;
using Weir.Packets.Tls;
using static Weir.Packets.Tests.Laws.WireValues;

namespace Weir.Packets.Tests.Laws;

/// <summary>What opens TLS.</summary>
internal static class TlsFormats
{
    public static readonly IReadOnlyList<WireFormat> All =
    [
        new("tls record", ExerciseTlsRecord) { Canonical = CanonicalTlsRecord, Rewrite = RewriteTlsRecord, ValueSurvives = TlsRecordSurvives },
        new("tls client hello", ExerciseClientHello) { Canonical = random => TlsClientHelloTests.Hello(RandomName(random), ["h2", "http/1.1"]) },
    ];

    private static byte[] CanonicalTlsRecord(Random random)
    {
        byte[] fragment = RandomBytes(random, random.Next(60));
        var header = new TlsRecordHeader((TlsContentType)random.Next(256), Next16(random), (ushort)fragment.Length);
        return [.. WithHeader(header.WriteTo, TlsRecordHeader.Size), .. fragment];
    }

    private static PacketError ExerciseTlsRecord(ReadOnlySpan<byte> bytes)
    {
        PacketError error = TlsRecord.Parse(bytes, out TlsRecord record);
        if (error == PacketError.None)
        {
            Touch(record.Header.LegacyVersion + record.Size);
            Touch(record.Fragment);
        }

        return error;
    }

    private static int RewriteTlsRecord(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        TlsRecord.Parse(bytes, out TlsRecord record);
        record.Header.WriteTo(destination);
        return Append(record.Fragment, destination, TlsRecordHeader.Size);
    }

    private static bool TlsRecordSurvives(Random random)
    {
        var header = new TlsRecordHeader((TlsContentType)random.Next(256), Next16(random), 0);
        return TlsRecord.Parse(WithHeader(header.WriteTo, TlsRecordHeader.Size), out TlsRecord record) == PacketError.None && record.Header == header;
    }

    private static PacketError ExerciseClientHello(ReadOnlySpan<byte> bytes)
    {
        ReadOutcome outcome = TlsClientHello.Read(bytes, Scratch, out TlsClientHello hello);
        Touch(hello.LegacyVersion + hello.HighestVersion + (hello.Offers("h2"u8) ? 1 : 0));
        Touch(hello.ServerName);
        return ErrorOf(outcome);
    }
}
