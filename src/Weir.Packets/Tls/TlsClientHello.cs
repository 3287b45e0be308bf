using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets.Tls;

/// <summary>The first message of a TLS client, RFC 8446 4.1.2: what it says of server name, protocols and versions.</summary>
/// <remarks>
/// <code>
/// record header (5) | handshake type 1 (1) | length (3) | legacy version (2) | random (32) | session id (1+n) | cipher suites (2+n)
///                   | compression methods (1+n) | extensions (2+n): type (2) | length (2) | data
/// </code>
/// The hello may be cut off by the end of the segment, and it may be spread over several records (RFC 8446 5.1). Members hold what was
/// read; what was not reached is empty or 0.
/// </remarks>
public readonly ref struct TlsClientHello
{
    /// <summary>Longer hellos than this are not followed. Post-quantum key shares make them about 2 KiB today.</summary>
    public const int MaxLength = 16384;

    private const byte ClientHelloType = 1;
    private const int HandshakeHeaderSize = 4;
    private const int RandomSize = 32;
    private const int MaxSessionId = 32;

    private readonly ReadOnlySpan<byte> serverName;
    private readonly ReadOnlySpan<byte> applicationProtocols;
    private readonly ReadOnlySpan<byte> supportedVersions;

    private TlsClientHello(scoped in Fields fields, ReadOnlySpan<byte> serverName, ReadOnlySpan<byte> protocols, ReadOnlySpan<byte> versions)
    {
        LegacyVersion = fields.LegacyVersion;
        HasEncryptedClientHello = fields.HasEncryptedClientHello;
        this.serverName = serverName;
        applicationProtocols = protocols;
        supportedVersions = versions;
    }

    /// <summary>0x0303 for TLS 1.2 and, by rule, for all later ones; see <see cref="HighestVersion"/>.</summary>
    public ushort LegacyVersion { get; }

    /// <summary>The host_name of the server_name extension, RFC 6066 3, as ASCII bytes; empty without one.</summary>
    public ReadOnlySpan<byte> ServerName => serverName;

    /// <summary>The protocols of the ALPN extension, RFC 7301, in the client's order.</summary>
    public LengthPrefixedList ApplicationProtocols => new(applicationProtocols);

    /// <summary>The client hides its true hello in this one (RFC 9849): the server name is only a front.</summary>
    public bool HasEncryptedClientHello { get; }

    /// <summary>The highest version of supported_versions without GREASE (RFC 8701), or the legacy version when there is no such extension.</summary>
    public ushort HighestVersion
    {
        get
        {
            ushort highest = 0;
            for (int i = 0; i + 1 < supportedVersions.Length; i += 2)
            {
                ushort version = ReadUInt16BigEndian(supportedVersions[i..]);
                bool isGrease = (version & 0x0F0F) == 0x0A0A;
                highest = isGrease ? highest : Math.Max(highest, version);
            }

            return highest == 0 ? LegacyVersion : highest;
        }
    }

    /// <summary>Whether the client offers a protocol by ALPN: <c>hello.Offers("h2"u8)</c>.</summary>
    public bool Offers(ReadOnlySpan<byte> protocol)
    {
        foreach (ReadOnlySpan<byte> offered in ApplicationProtocols)
        {
            if (offered.SequenceEqual(protocol))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The server name as text (allocates); null without one.</summary>
    public string? ServerNameText() => serverName.IsEmpty ? null : Encoding.ASCII.GetString(serverName);

    /// <summary>Reads a hello at the start of a client's bytes, when its first record holds it all.</summary>
    /// <remarks>A hello that goes on in a second record is read as far as the first one goes and stays <see cref="ReadOutcome.NeedsMore"/>.</remarks>
    public static ReadOutcome Read(ReadOnlySpan<byte> stream, out TlsClientHello hello) => Read(stream, [], out hello);

    /// <summary>Reads a hello at the start of a client's bytes, also one that is spread over several records.</summary>
    /// <param name="scratch">Where such a hello is put together; <see cref="MaxLength"/> + 4 bytes hold every one. The result may lie in it.</param>
    public static ReadOutcome Read(ReadOnlySpan<byte> stream, Span<byte> scratch, out TlsClientHello hello)
    {
        hello = default;
        ReadOutcome record = TlsRecord.Match(stream, TlsContentType.handshake);
        if (record != ReadOutcome.Complete)
        {
            return record;
        }

        int fragment = ReadUInt16BigEndian(stream[TlsRecord.LengthOffset..]);
        ReadOnlySpan<byte> handshake = stream[TlsRecordHeader.Size..];
        bool goesOn = handshake.Length > fragment;
        handshake = goesOn ? handshake[..fragment] : handshake;
        if (goesOn && !HoldsWholeMessage(handshake) && !scratch.IsEmpty)
        {
            ReadOutcome gathered = Gather(stream, scratch, out int length);
            if (gathered == ReadOutcome.Mismatch)
            {
                return gathered;
            }

            handshake = scratch[..length];
        }

        return ReadMessage(handshake, out hello);
    }

    /// <summary>Reads a hello from handshake bytes without record headers, as QUIC's CRYPTO frames hold them.</summary>
    public static ReadOutcome ReadMessage(ReadOnlySpan<byte> handshake, out TlsClientHello hello)
    {
        hello = default;
        if (!handshake.IsEmpty && handshake[0] != ClientHelloType)
        {
            return ReadOutcome.Mismatch;
        }

        if (handshake.Length < HandshakeHeaderSize)
        {
            return ReadOutcome.NeedsMore;
        }

        int length = MessageLength(handshake);
        if (length > MaxLength)
        {
            return ReadOutcome.Mismatch;
        }

        ReadOnlySpan<byte> body = handshake[HandshakeHeaderSize..];
        bool isWhole = body.Length >= length;
        var cursor = new Cursor(isWhole ? body[..length] : body, isWhole);
        return ReadBody(ref cursor, out hello);
    }

    private static ReadOutcome ReadBody(scoped ref Cursor cursor, out TlsClientHello hello)
    {
        hello = default;
        var fields = new Fields { LegacyVersion = cursor.Read16() };
        if (!cursor.Failed && fields.LegacyVersion >> 8 != 3)
        {
            return ReadOutcome.Mismatch;
        }

        cursor.Skip(RandomSize);
        int sessionId = cursor.Read8();
        if (sessionId > MaxSessionId)
        {
            return ReadOutcome.Mismatch;
        }

        cursor.Skip(sessionId);
        int cipherSuites = cursor.Read16();
        if (!cursor.Failed && (cipherSuites == 0 || cipherSuites % 2 != 0))
        {
            return ReadOutcome.Mismatch;
        }

        cursor.Skip(cipherSuites);
        cursor.Skip(cursor.Read8());
        hello = new TlsClientHello(fields, [], [], []);
        if (cursor.Failed)
        {
            return cursor.Outcome;
        }

        // Before TLS 1.3 a hello may end here, RFC 5246 7.4.1.2.
        if (cursor.AtEnd && cursor.IsWhole)
        {
            return ReadOutcome.Complete;
        }

        return ReadExtensions(ref cursor, fields, out hello);
    }

    private static ReadOutcome ReadExtensions(scoped ref Cursor cursor, scoped in Fields before, out TlsClientHello hello)
    {
        Fields fields = before;
        ReadOnlySpan<byte> name = [];
        ReadOnlySpan<byte> protocols = [];
        ReadOnlySpan<byte> versions = [];
        hello = new TlsClientHello(fields, name, protocols, versions);

        int end = cursor.Read16();
        if (cursor.Failed)
        {
            return cursor.Outcome;
        }

        if (cursor.IsWhole ? end != cursor.Left : end < cursor.Left)
        {
            return ReadOutcome.Mismatch;
        }

        while (!cursor.AtEnd)
        {
            var type = (TlsExtensionType)cursor.Read16();
            ReadOnlySpan<byte> data = cursor.Take(cursor.Read16());
            if (cursor.Failed)
            {
                return cursor.Outcome;
            }

            bool isRight = type switch
            {
                TlsExtensionType.server_name => ReadServerName(data, ref name),
                TlsExtensionType.application_layer_protocol_negotiation => ReadProtocols(data, ref protocols),
                TlsExtensionType.supported_versions => ReadVersions(data, ref versions),
                _ => true,
            };
            if (!isRight)
            {
                return ReadOutcome.Mismatch;
            }

            fields.HasEncryptedClientHello |= type == TlsExtensionType.encrypted_client_hello;
            hello = new TlsClientHello(fields, name, protocols, versions);
        }

        return cursor.IsWhole ? ReadOutcome.Complete : ReadOutcome.NeedsMore;
    }

    /// <summary>RFC 6066 3: list length (2), then name type (1), length (2), name; only host_name (0) was ever defined.</summary>
    private static bool ReadServerName(ReadOnlySpan<byte> data, ref ReadOnlySpan<byte> name)
    {
        if (data.Length < 5 || ReadUInt16BigEndian(data) != data.Length - 2)
        {
            return false;
        }

        int length = ReadUInt16BigEndian(data[3..]);
        if (length > data.Length - 5)
        {
            return false;
        }

        if (data[2] == 0)
        {
            name = data.Slice(5, length);
        }

        return true;
    }

    /// <summary>RFC 7301 3.1: list length (2), then names, each behind its length (1).</summary>
    private static bool ReadProtocols(ReadOnlySpan<byte> data, ref ReadOnlySpan<byte> protocols)
    {
        if (data.Length < 2 || ReadUInt16BigEndian(data) != data.Length - 2 || !LengthPrefixedList.IsRight(data[2..]))
        {
            return false;
        }

        protocols = data[2..];
        return true;
    }

    /// <summary>RFC 8446 4.2.1: list length (1), then versions of 2 bytes.</summary>
    private static bool ReadVersions(ReadOnlySpan<byte> data, ref ReadOnlySpan<byte> versions)
    {
        if (data.IsEmpty || data[0] != data.Length - 1 || data[0] % 2 != 0)
        {
            return false;
        }

        versions = data[1..];
        return true;
    }

    private static bool HoldsWholeMessage(ReadOnlySpan<byte> handshake) =>
        handshake.Length >= HandshakeHeaderSize && handshake.Length - HandshakeHeaderSize >= MessageLength(handshake);

    private static int MessageLength(ReadOnlySpan<byte> handshake) => (handshake[1] << 16) | ReadUInt16BigEndian(handshake[2..]);

    private static ReadOutcome Gather(ReadOnlySpan<byte> stream, Span<byte> scratch, out int length)
    {
        length = 0;
        while (!HoldsWholeMessage(scratch[..length]))
        {
            ReadOutcome record = TlsRecord.Match(stream, TlsContentType.handshake);
            if (record != ReadOutcome.Complete)
            {
                return record;
            }

            int fragment = ReadUInt16BigEndian(stream[TlsRecord.LengthOffset..]);
            stream = stream[TlsRecordHeader.Size..];
            ReadOnlySpan<byte> part = stream[..Math.Min(fragment, stream.Length)];
            if (part.Length > scratch.Length - length)
            {
                part = part[..(scratch.Length - length)];
            }

            part.CopyTo(scratch[length..]);
            length += part.Length;
            if (part.Length < fragment)
            {
                return ReadOutcome.NeedsMore;
            }

            stream = stream[fragment..];
        }

        return ReadOutcome.Complete;
    }

    /// <summary>The parts of a hello that are not spans, while it is read.</summary>
    private struct Fields
    {
        public ushort LegacyVersion;
        public bool HasEncryptedClientHello;
    }

    /// <summary>Reads forward; past the end it fails for good and gives zeros. What failing means depends on whether the message is all there.</summary>
    private ref struct Cursor(ReadOnlySpan<byte> bytes, bool isWhole)
    {
        private ReadOnlySpan<byte> rest = bytes;

        public readonly bool IsWhole => isWhole;

        public bool Failed { get; private set; }

        public readonly bool AtEnd => rest.IsEmpty;

        public readonly int Left => rest.Length;

        /// <summary>A whole message that ends inside a field lies; a cut one is only cut.</summary>
        public readonly ReadOutcome Outcome => isWhole ? ReadOutcome.Mismatch : ReadOutcome.NeedsMore;

        public ReadOnlySpan<byte> Take(int length)
        {
            if (length > rest.Length)
            {
                Failed = true;
                rest = [];
                return [];
            }

            ReadOnlySpan<byte> taken = rest[..length];
            rest = rest[length..];
            return taken;
        }

        public void Skip(int length) => Take(length);

        public byte Read8()
        {
            ReadOnlySpan<byte> taken = Take(1);
            return taken.IsEmpty ? (byte)0 : taken[0];
        }

        public ushort Read16()
        {
            ReadOnlySpan<byte> taken = Take(2);
            return taken.IsEmpty ? (ushort)0 : ReadUInt16BigEndian(taken);
        }
    }
}
