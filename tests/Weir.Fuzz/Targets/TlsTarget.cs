using Weir.Packets;
using Weir.Packets.Tls;

namespace Weir.Fuzz.Targets;

/// <summary>The first bytes of a TLS client, whole, cut, and over several records.</summary>
public static class TlsTarget
{
    private static readonly byte[] Scratch = new byte[TlsClientHello.MaxLength + 4];

    public static void Run(ReadOnlySpan<byte> input)
    {
        ReadOutcome whole = TlsClientHello.Read(input, Scratch, out TlsClientHello hello);
        foreach (ReadOnlySpan<byte> protocol in hello.ApplicationProtocols)
        {
            Require.That(!protocol.IsEmpty, "no protocol is empty");
        }

        Require.That(hello.ServerName.Length <= input.Length && hello.HighestVersion >= 0, "the name lies in the input");
        hello.ServerNameText();

        // What fits whole must have fitted at every cut before: an early mismatch would lose the session's name.
        if (whole == ReadOutcome.Complete)
        {
            int cut = input.Length / 2;
            Require.That(TlsClientHello.Read(input[..cut], Scratch, out _) != ReadOutcome.Mismatch, "a cut hello may still become one");
        }

        TlsRecord.Parse(input, out _);
        TlsClientHello.ReadMessage(input, out _);
    }
}
