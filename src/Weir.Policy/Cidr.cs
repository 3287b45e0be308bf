using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Weir.Policy;

/// <summary>A prefix of addresses. IPv6 prefixes never contain IPv4-mapped addresses: <c>::/0</c> says all of IPv6 only.</summary>
internal readonly record struct Cidr(UInt128 First, UInt128 Last, bool IsIPv4)
{
    public bool Contains(UInt128 address) => address >= First && address <= Last && PeerAddress.IsIPv4(address) == IsIPv4;

    public bool Covers(Cidr other) => IsIPv4 == other.IsIPv4 && First <= other.First && other.Last <= Last;

    /// <summary>Whether a text means an address or prefix, right or wrong, rather than a group's name.</summary>
    public static bool LooksLikeOne(string text)
        => text.Contains('/', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal)
            || (text.Contains('.', StringComparison.Ordinal) && text.All(c => char.IsAsciiDigit(c) || c == '.'));

    public static bool TryParse(string text, out Cidr cidr, out string error)
    {
        cidr = default;
        error = "";
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? text : text[..slash];
        if (!IPAddress.TryParse(host, out var address) || ScopeOf(address) != 0 || (address.AddressFamily == AddressFamily.InterNetwork && host.Count(c => c == '.') != 3))
        {
            error = $"'{host}' is not an IPv4 or IPv6 address";
            return false;
        }

        var isIPv4 = address.AddressFamily == AddressFamily.InterNetwork;
        var width = isIPv4 ? 32 : 128;
        var length = width;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > width))
        {
            error = $"'{text[(slash + 1)..]}' is not a prefix length; write 0 to {width}";
            return false;
        }

        var hostBits = width - length;
        var hostMask = hostBits == 128 ? UInt128.MaxValue : (UInt128.One << hostBits) - 1;
        var first = PeerAddress.From(address);
        if ((first & hostMask) != 0)
        {
            error = $"{text} has bits beyond its prefix; write {PeerAddress.ToIPAddress(first & ~hostMask)}/{length}";
            return false;
        }

        cidr = new Cidr(first, first | hostMask, isIPv4);
        return true;
    }

    private static long ScopeOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
