using Weir.Packets;
using Weir.Packets.Http;

namespace Weir.Fuzz.Targets;

/// <summary>The first bytes of HTTP/1 in both directions, whole and cut.</summary>
public static class Http1Target
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        int cut = input.Length / 2;
        if (HttpRequestHead.Read(input, out HttpRequestHead head) == ReadOutcome.Complete)
        {
            Require.That(!head.Method.IsEmpty && !head.Target.IsEmpty && head.MinorVersion <= 9, "a request has a method, a target and a version");
            Require.That(HttpRequestHead.Read(input[..cut], out _) != ReadOutcome.Mismatch, "a cut request may still become one");
            head.HostText();
        }

        if (HttpStatusLine.Read(input, out HttpStatusLine line) == ReadOutcome.Complete)
        {
            Require.That(line.Status <= 999, "a status has three digits");
            Require.That(HttpStatusLine.Read(input[..cut], out _) != ReadOutcome.Mismatch, "a cut response may still become one");
        }

        Http2Preface.Match(input);
    }
}
