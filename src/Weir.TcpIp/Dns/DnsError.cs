namespace Weir.TcpIp.Dns;

/// <summary>Why a name has no addresses.</summary>
public enum DnsError : byte
{
    None,
    /// <summary>The server says that there is no such name (NXDOMAIN, RFC 1035 4.1.1).</summary>
    NotFound,
    /// <summary>There is such a name, and it has no addresses.</summary>
    NoAddress,
    /// <summary>Servers answered, and none of them with an answer: SERVFAIL, REFUSED, no recursion.</summary>
    ServerFailure,
    /// <summary>No server answered in time, or none can be reached.</summary>
    TimedOut,
    /// <summary>No host can have such a name: a label is empty or longer than 63, all of it longer than 253, or there is something else than letters, digits, hyphens and underscores.</summary>
    InvalidName,
}
