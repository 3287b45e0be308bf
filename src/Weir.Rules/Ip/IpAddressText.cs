using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace Weir.Rules.Ip;

/// <summary>Addresses as iproute2 reads and prints them.</summary>
public static class IpAddressText
{
    /// <summary>As <c>inet_ntop(3)</c>; .NET alone would print the end of an ISATAP address in dots.</summary>
    public static string Of(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        var bytes = address.GetAddressBytes();
        if (bytes[10] != 0x5e || bytes[11] != 0xfe || bytes[9] != 0 || (bytes[8] & 0xfd) != 0)
            return address.ToString();
        // Another group in the place of 5efe has no special form; then the right one is put back.
        bytes[10] = 0x5f;
        return new IPAddress(bytes).ToString().Replace("5ffe", "5efe", StringComparison.Ordinal);
    }

    /// <summary>IPv4 with one to four numbers, what is missing being zero (<c>10.1</c> is 10.1.0.0), or IPv6.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Contains(':'))
        {
            if (text.IndexOfAny("%[]") >= 0 || !IPAddress.TryParse(text, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
                return false;
            address = parsed;
            return true;
        }

        Span<byte> bytes = stackalloc byte[4];
        bytes.Clear();
        var count = 0;
        foreach (var range in text.Split('.'))
        {
            if (count == 4 || !byte.TryParse(text[range], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[count++]))
                return false;
        }

        address = new IPAddress(bytes);
        return count > 0;
    }
}

/// <summary>An address and how many of its bits count.</summary>
public readonly record struct IpPrefix(IPAddress Address, int Length)
{
    public bool IsIPv6 => Address.AddressFamily == AddressFamily.InterNetworkV6;

    public int HostLength => IsIPv6 ? 128 : 32;

    /// <summary>Without its length when all bits count.</summary>
    public override string ToString() => Length == HostLength ? IpAddressText.Of(Address) : $"{IpAddressText.Of(Address)}/{Length}";

    /// <summary>A netmask, all of its ones before its zeros.</summary>
    private static bool TryMask(ReadOnlySpan<char> text, out int length)
    {
        length = 0;
        if (text.Count('.') != 3 || !IpAddressText.TryParse(text, out var mask))
            return false;
        var bits = BinaryPrimitives.ReadUInt32BigEndian(mask.GetAddressBytes());
        length = BitOperations.LeadingZeroCount(~bits);
        return length == 32 || bits << length == 0;
    }

    /// <summary><c>10.0.0.0/8</c>, <c>10.0.0.0/255.0.0.0</c>, <c>10.0.0.1</c>, <c>10/8</c>, <c>fd00::/64</c>.</summary>
    public static bool TryParse(string text, out IpPrefix prefix)
    {
        prefix = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IpAddressText.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address))
            return false;
        var most = address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        var length = most;
        if (slash >= 0 && !(int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) ? length <= most : most == 32 && TryMask(text.AsSpan(slash + 1), out length)))
            return false;
        prefix = new IpPrefix(address, length);
        return true;
    }
}
