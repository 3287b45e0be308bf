using Weir.Policy;

namespace Weir.Enforcer.Tests.Identification;

/// <summary>First bytes of sessions, as captured from common programs.</summary>
internal static class FirstPayload
{
    /// <summary>Client payload, server payload (when the server speaks first), application, server name.</summary>
    public static IEnumerable<(string Name, byte[] Client, byte[] Server, Application Application, string? ServerName)> Streams()
    {
        yield return ("curl", "GET /index.html HTTP/1.1\r\nHost: web.example\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n"u8.ToArray(), [], Application.Http, "web.example");
        yield return ("post", "POST /a HTTP/1.0\r\nContent-Length: 0\r\nhost:  api:8080 \r\n\r\n"u8.ToArray(), [], Application.Http, "api:8080");
        yield return ("options", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), [], Application.Http, "a");
        yield return ("propfind", "VERSION-CONTROL /x HTTP/1.1\r\nHost: dav\r\n\r\n"u8.ToArray(), [], Application.Http, "dav");
        yield return ("no host", "GET / HTTP/1.0\r\n\r\n"u8.ToArray(), [], Application.Http, null);
        yield return ("http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0\0\0\0\0"u8.ToArray(), [], Application.Http2, null);
        yield return ("tls", ClientHello("secure.example"), [], Application.Tls, "secure.example");
        yield return ("tls without a name", ClientHello(null), [], Application.Tls, null);
        yield return ("ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"u8.ToArray(), [], Application.Ssh, null);
        yield return ("ssh server", [], "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"u8.ToArray(), Application.Ssh, null);
        yield return ("redis", "*2\r\n$7\r\nCOMMAND\r\n$4\r\nDOCS\r\n"u8.ToArray(), [], Application.Redis, null);
        yield return ("redis ping", "*1\r\n$4\r\nPING\r\n"u8.ToArray(), [], Application.Redis, null);
        yield return ("redis inline", "PING\r\n"u8.ToArray(), [], Application.Redis, null);
        yield return ("redis inline, small", "ping\n"u8.ToArray(), [], Application.Redis, null);
        yield return ("postgres ssl", Convert.FromHexString("0000000804d2162f"), [], Application.PostgreSql, null);
        yield return ("postgres gss", Convert.FromHexString("0000000804d21630"), [], Application.PostgreSql, null);
        yield return ("postgres start", [.. Convert.FromHexString("0000001a00030000"), .. "user\0weir\0database\0d\0\0"u8], [], Application.PostgreSql, null);
        yield return ("postgres cancel", Convert.FromHexString("0000001004d2162e0000121234567890"), [], Application.PostgreSql, null);
        yield return ("mysql", [], MySqlGreeting("8.0.36"), Application.MySql, null);
        yield return ("mariadb", [], MySqlGreeting("5.5.5-10.11.6-MariaDB-0+deb12u1"), Application.MySql, null);
        yield return ("dns", [0, 0x1d, .. DnsQuery], [], Application.Dns, null);
    }

    public static byte[] DnsQuery { get; } = Convert.FromHexString("a1b2010000010000000000000377656207657861" + "6d706c650000010001")[..29];

    public static byte[] ClientHello(string? serverName, int padding = 300)
    {
        byte[] name = System.Text.Encoding.ASCII.GetBytes(serverName ?? "");
        byte[] sni = serverName is null ? [] : [0, 0, .. Size(name.Length + 5), .. Size(name.Length + 3), 0, .. Size(name.Length), .. name];
        byte[] extensions = [0, 43, 0, 3, 2, 3, 4, 0, 21, .. Size(padding), .. new byte[padding], .. sni];
        byte[] body = [3, 3, .. new byte[32], 32, .. new byte[32], 0, 4, 0x13, 1, 0x13, 2, 1, 0, .. Size(extensions.Length), .. extensions];
        byte[] handshake = [1, 0, .. Size(body.Length), .. body];
        return [22, 3, 1, .. Size(handshake.Length), .. handshake];
    }

    public static byte[] MySqlGreeting(string version)
    {
        byte[] payload = [10, .. System.Text.Encoding.ASCII.GetBytes(version), 0, .. new byte[60]];
        return [(byte)payload.Length, 0, 0, 0, .. payload];
    }

    private static byte[] Size(int length) => [(byte)(length >> 8), (byte)length];
}
