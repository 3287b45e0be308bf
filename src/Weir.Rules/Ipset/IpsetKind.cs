namespace Weir.Rules.Ipset;

/// <summary>The family of a hash's addresses.</summary>
public enum IpsetFamily
{
    Inet,
    Inet6,
}

/// <summary>What decides how a set's elements are written.</summary>
/// <param name="Type"><c>hash:ip</c>, <c>hash:net</c>, <c>hash:ip,port</c>, <c>hash:net,port</c>, <c>bitmap:port</c>, <c>list:set</c>.</param>
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
        "bitmap:port" or "portmap" => "bitmap:port",
        "list:set" or "setlist" => "list:set",
        _ => null,
    };

    internal bool IsHash => Type.StartsWith("hash:", StringComparison.Ordinal);

    internal bool HasNetworks => Type.StartsWith("hash:net", StringComparison.Ordinal);

    internal bool HasPorts => Type.EndsWith(",port", StringComparison.Ordinal);

    internal bool HasMasks => Type is "hash:ip" or "hash:ip,port";

    internal int AddressBits => Family == IpsetFamily.Inet ? 32 : 128;
}
