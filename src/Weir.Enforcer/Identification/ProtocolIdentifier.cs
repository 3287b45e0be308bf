using Weir.Policy;
using static Weir.Enforcer.Identification.SignatureMatch;

namespace Weir.Enforcer.Identification;

/// <summary>What the bytes so far say: the application (Unknown while undecided, and when given up), whether that is the last word, and the server's name.</summary>
internal readonly ref struct Identification(Application application, bool isFinal, ReadOnlySpan<byte> serverName = default)
{
    public Application Application { get; } = application;

    public bool IsFinal { get; } = isFinal;

    public ReadOnlySpan<byte> ServerName { get; } = serverName;
}

/// <summary>Names the application of a session by the first bytes of its two directions; ports are never looked at.</summary>
internal static class ProtocolIdentifier
{
    /// <summary>The bytes that are looked at, from the client: a ClientHello with post-quantum key shares has about 1,800.</summary>
    public const int ClientBytes = 3584;

    /// <summary>From the server: the start of its greeting.</summary>
    public const int ServerBytes = 512;

    /// <summary>Frames with payload, of both ends, after which a stream is given up.</summary>
    public const int StreamFrames = 16;

    /// <summary>Datagrams after which a UDP session is given up, if the other end has not answered before.</summary>
    public const int Datagrams = 3;

    /// <summary>A TCP session, by the bytes from its beginning.</summary>
    /// <param name="serverSpokeFirst">Only then a server's greeting counts.</param>
    public static Identification IdentifyStream(ReadOnlySpan<byte> client, ReadOnlySpan<byte> server, bool serverSpokeFirst)
    {
        if (client.Length > 0)
        {
            if (SshSignature.Match(client) == Yes)
                return new(Application.Ssh, true);
            if (HttpSignature.MatchHttp2(client) == Yes)
                return new(Application.Http2, true);
            if (TlsSignature.Match(client) == Yes)
                return IdentifyTls(client, server);
            if (PostgreSqlSignature.Match(client) == Yes)
                return new(Application.PostgreSql, true);
            if (RedisSignature.Match(client) == Yes)
                return new(Application.Redis, true);
            if (HttpSignature.Match(client) == Yes)
                return IdentifyHttp(client, server);
            if (DnsSignature.MatchStream(client) == Yes)
                return new(Application.Dns, true);
        }
        if (serverSpokeFirst)
        {
            if (SshSignature.Match(server) == Yes)
                return new(Application.Ssh, true);
            if (MySqlSignature.Match(server) == Yes)
                return new(Application.MySql, true);
        }
        bool hopeless = client.Length > 0 && !MayBecomeClient(client) && (!serverSpokeFirst || !MayBecomeServer(server));
        return new(Application.Unknown, hopeless);
    }

    /// <summary>A UDP session, by one datagram of either end.</summary>
    public static Identification IdentifyDatagram(ReadOnlySpan<byte> datagram) =>
        DnsSignature.MatchDatagram(datagram) == Yes ? new(Application.Dns, true) : new(Application.Unknown, false);

    private static Identification IdentifyTls(ReadOnlySpan<byte> client, ReadOnlySpan<byte> server)
    {
        SignatureMatch found = TlsSignature.FindServerName(client, out ReadOnlySpan<byte> name);
        return new(Application.Tls, found != NeedMore || server.Length > 0, name);
    }

    private static Identification IdentifyHttp(ReadOnlySpan<byte> client, ReadOnlySpan<byte> server)
    {
        SignatureMatch found = HttpSignature.FindHost(client, out ReadOnlySpan<byte> host);
        return new(Application.Http, found != NeedMore || server.Length > 0, host);
    }

    private static bool MayBecomeClient(ReadOnlySpan<byte> client) =>
        client.Length < ClientBytes
        && (SshSignature.Match(client) == NeedMore
            || HttpSignature.MatchHttp2(client) == NeedMore
            || TlsSignature.Match(client) == NeedMore
            || PostgreSqlSignature.Match(client) == NeedMore
            || RedisSignature.Match(client) == NeedMore
            || HttpSignature.Match(client) == NeedMore
            || DnsSignature.MatchStream(client) == NeedMore);

    private static bool MayBecomeServer(ReadOnlySpan<byte> server) =>
        server.Length < ServerBytes && (SshSignature.Match(server) == NeedMore || MySqlSignature.Match(server) == NeedMore);
}
