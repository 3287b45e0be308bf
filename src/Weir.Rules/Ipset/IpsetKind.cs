namespace Weir.Rules.Ipset;

/// <summary>The family of a hash's addresses.</summary>
public enum IpsetFamily
{
    Inet,
    Inet6,
}

/// <summary>What decides how a set's elements are written.</summary>
/// <param name="Type">As <see cref="TypeOf"/> gives it.</param>
/// <param name="Family">Of no meaning for the kinds without addresses.</param>
public sealed record IpsetKind(string Type, IpsetFamily Family)
{
    /// <summary>The type of a name that <c>ipset create</c> takes, old names too; null when Weir does not know it.</summary>
    public static string? TypeOf(string name) => name switch
    {
        "hash:ip" or "iphash" => "hash:ip",
        "hash:net" or "nethash" => "hash:net",
        "hash:ip,port" or "ipporthash" => "hash:ip,port",
        "hash:net,port" or "netporthash" => "hash:net,port",
        "hash:ip,port,ip" or "ipportiphash" => "hash:ip,port,ip",
        "hash:ip,port,net" or "ipportnethash" => "hash:ip,port,net",
        "hash:net,iface" or "netifacehash" => "hash:net,iface",
        "bitmap:ip" or "ipmap" => "bitmap:ip",
        "bitmap:port" or "portmap" => "bitmap:port",
        "list:set" or "setlist" => "list:set",
        _ => null,
    };

    internal bool IsHash => Type.StartsWith("hash:", StringComparison.Ordinal);

    /// <summary>Elements can be taken out again (<c>nomatch</c>).</summary>
    internal bool HasNetworks => Type.Contains("net", StringComparison.Ordinal);

    /// <summary>What an element consists of, in its order: <c>ip</c> or <c>net</c>, <c>port</c>, <c>iface</c>.</summary>
    internal string[] Parts => Type[(Type.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(',');

    internal bool HasMasks => Type is "hash:ip" or "hash:ip,port";

    internal int AddressBits => Family == IpsetFamily.Inet ? 32 : 128;
}
