using System.Buffers.Binary;
using System.Net.Security;
using System.Text;
using Weir.Packets.Tls;

namespace Weir.Packets.Tests.Tls;

public class TlsClientHelloTests
{
    [Fact]
    public void A_hello_of_the_platforms_own_client_is_read()
    {
        byte[] stream = PlatformHello("api.example.com", ["h2", "http/1.1"]);

        Assert.Equal(ReadOutcome.Complete, TlsClientHello.Read(stream, out TlsClientHello hello));
        Assert.Equal("api.example.com", hello.ServerNameText());
        Assert.Equal(["h2", "http/1.1"], Protocols(hello));
        Assert.True(hello.Offers("h2"u8));
        Assert.False(hello.Offers("h3"u8));
        Assert.Equal(0x0303, hello.LegacyVersion);
        Assert.Equal(0x0304, hello.HighestVersion);
        Assert.False(hello.HasEncryptedClientHello);
    }

    [Fact]
    public void A_hello_cut_anywhere_needs_more_and_never_errs()
    {
        byte[] stream = Hello("db.internal", ["postgresql"]);
        bool seen = false;
        for (int length = 0; length < stream.Length; length++)
        {
            Assert.Equal(ReadOutcome.NeedsMore, TlsClientHello.Read(stream.AsSpan(0, length), out TlsClientHello hello));
            seen |= hello.ServerNameText() == "db.internal";
        }

        Assert.True(seen, "the server name is known before the hello is whole");
        Assert.Equal(ReadOutcome.Complete, TlsClientHello.Read(stream, out _));
    }

    [Fact]
    public void What_follows_the_hello_does_not_matter()
    {
        byte[] stream = [.. Hello("a.b", []), 0x17, 3, 3, 0, 1, 0];

        Assert.Equal(ReadOutcome.Complete, TlsClientHello.Read(stream, out TlsClientHello hello));
        Assert.Equal("a.b", hello.ServerNameText());
    }

    [Fact]
    public void A_hello_over_several_records_is_put_together_in_the_scratch_buffer()
    {
        byte[] stream = Split(Hello("split.example", ["h2"]), 20);
        byte[] scratch = new byte[TlsClientHello.MaxLength + 4];

        Assert.Equal(ReadOutcome.Complete, TlsClientHello.Read(stream, scratch, out TlsClientHello hello));
        Assert.Equal("split.example", hello.ServerNameText());
        Assert.Equal(["h2"], Protocols(hello));

        Assert.Equal(ReadOutcome.NeedsMore, TlsClientHello.Read(stream, out _));
        for (int length = 0; length < stream.Length; length++)
        {
            Assert.Equal(ReadOutcome.NeedsMore, TlsClientHello.Read(stream.AsSpan(0, length), scratch, out _));
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("SSH-2.0-x\r\n")]
    [InlineData("\u0017\u0003\u0003\0\u0010")]
    [InlineData("\u0016\u0002\0")]
    [InlineData("\u0016\u0003\u0001\0\0")]
    [InlineData("\u0016\u0003\u0003\0\u0010\u0002")]
    public void Something_else_is_no_hello(string text) =>
        Assert.Equal(ReadOutcome.Mismatch, TlsClientHello.Read(Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void Lengths_that_contradict_each_other_are_no_hello()
    {
        byte[] right = Hello("a.b", ["h2"]);
        int errors = 0;
        for (int offset = 5; offset < right.Length; offset++)
        {
            foreach (byte wrong in (byte[])[0, 1, 0x7F, 0xFF])
            {
                byte[] stream = [.. right];
                stream[offset] = wrong;
                errors += TlsClientHello.Read(stream, out _) == ReadOutcome.Mismatch ? 1 : 0;
            }
        }

        Assert.InRange(errors, 40, 4 * right.Length);
    }

    [Fact]
    public void A_hello_without_extensions_is_complete()
    {
        byte[] body = [3, 1, .. new byte[32], 0, 0, 2, 0, 10, 1, 0];

        Assert.Equal(ReadOutcome.Complete, TlsClientHello.Read(Record(body), out TlsClientHello hello));
        Assert.Null(hello.ServerNameText());
        Assert.Equal(0x0301, hello.HighestVersion);
    }

    [Fact]
    public void Grease_is_no_version_and_an_encrypted_hello_is_seen()
    {
        byte[] versions = [6, 0x7A, 0x7A, 3, 4, 3, 3];
        byte[] extensions = [.. Extension(43, versions), .. Extension(0xFE0D, [1, 2, 3])];

        Assert.Equal(ReadOutcome.Complete, TlsClientHello.Read(Record(Body(extensions)), out TlsClientHello hello));
        Assert.Equal(0x0304, hello.HighestVersion);
        Assert.True(hello.HasEncryptedClientHello);
    }

    internal static byte[] Hello(string serverName, string[] protocols)
    {
        byte[] name = Encoding.ASCII.GetBytes(serverName);
        byte[] list = [.. protocols.SelectMany(p => (byte[])[(byte)p.Length, .. Encoding.ASCII.GetBytes(p)])];
        byte[] extensions =
        [
            .. Extension(0, [.. Length16(name.Length + 3), 0, .. Length16(name.Length), .. name]),
            .. Extension(43, [2, 3, 4]),
            .. protocols.Length == 0 ? [] : Extension(16, [.. Length16(list.Length), .. list]),
        ];
        return Record(Body(extensions));
    }

    private static byte[] Body(byte[] extensions) =>
        [3, 3, .. new byte[32], 32, .. new byte[32], 0, 4, 0x13, 1, 0x13, 2, 1, 0, .. Length16(extensions.Length), .. extensions];

    private static byte[] Record(byte[] body) =>
        [22, 3, 1, .. Length16(body.Length + 4), 1, 0, .. Length16(body.Length), .. body];

    private static byte[] Extension(int type, byte[] data) => [.. Length16(type), .. Length16(data.Length), .. data];

    private static byte[] Length16(int length) => [(byte)(length >> 8), (byte)length];

    private static byte[] Split(byte[] record, int size) =>
        [.. record.Skip(5).Chunk(size).SelectMany(part => (byte[])[22, 3, 1, .. Length16(part.Length), .. part])];

    private static List<string> Protocols(TlsClientHello hello)
    {
        List<string> protocols = [];
        foreach (ReadOnlySpan<byte> protocol in hello.ApplicationProtocols)
        {
            protocols.Add(Encoding.ASCII.GetString(protocol));
        }

        return protocols;
    }

    /// <summary>What OpenSSL sends through SslStream, taken from a stream that is no network.</summary>
    private static byte[] PlatformHello(string host, string[] protocols)
    {
        var wire = new RecordingStream();
        using var tls = new SslStream(wire);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            ApplicationProtocols = [.. protocols.Select(p => new SslApplicationProtocol(p))],
        };
        Assert.ThrowsAny<IOException>(() => tls.AuthenticateAsClient(options));
        byte[] sent = wire.ToArray();
        Assert.Equal(sent.Length - 5, BinaryPrimitives.ReadUInt16BigEndian(sent.AsSpan(3)));
        return sent;
    }

    private sealed class RecordingStream : MemoryStream
    {
        public override int Read(Span<byte> buffer) => 0;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);
    }
}
