namespace Weir.Policy;

/// <summary>An application protocol, identified by content. Numbers are NeuVector's where it has one.</summary>
public enum Application : ushort
{
    /// <summary>Not identified (yet, or not one that is known).</summary>
    Unknown = 0,
    Http = 1001,
    Tls = 1002,
    Ssh = 1003,
    Dns = 1004,
    MySql = 2001,
    Redis = 2002,
    PostgreSql = 2006,
    Http2 = 3001,
}
