using Weir.Packets.Http;
using static Weir.Packets.Tests.Laws.WireValues;

namespace Weir.Packets.Tests.Laws;

/// <summary>What opens HTTP.</summary>
internal static class HttpFormats
{
    public static readonly IReadOnlyList<WireFormat> All =
    [
        new("http request", ExerciseHttpRequest) { Canonical = random => [.. "GET /"u8, .. RandomLetters(random, 8), .. " HTTP/1.1\r\nAccept: x\r\nHost: "u8, .. RandomLetters(random, 8), .. "\r\n"u8] },
        new("http response", ExerciseHttpResponse) { Canonical = random => [.. "HTTP/1.1 404 "u8, .. RandomLetters(random, 8), .. "\r\n"u8] },
        new("http2 preface", bytes => Http2Preface.Match(bytes) == ReadOutcome.Complete ? PacketError.None : PacketError.EthernetTooShort) { Canonical = _ => Http2Preface.Bytes.ToArray() },
    ];

    private static PacketError ExerciseHttpRequest(ReadOnlySpan<byte> bytes)
    {
        ReadOutcome outcome = HttpRequestHead.Read(bytes, out HttpRequestHead head);
        Touch(head.Method);
        Touch(head.Target);
        Touch(head.Host);
        return ErrorOf(outcome);
    }

    private static PacketError ExerciseHttpResponse(ReadOnlySpan<byte> bytes)
    {
        ReadOutcome outcome = HttpStatusLine.Read(bytes, out HttpStatusLine line);
        Touch(line.Status);
        Touch(line.Reason);
        return ErrorOf(outcome);
    }
}
