using System.Globalization;
using Weir.Packets;

namespace Weir.TcpIp.Ip;

/// <summary>An address with the length of its network's prefix, as <c>ip address</c> and <c>ip route</c> write them: <c>10.0.0.1/24</c>, <c>fd00::/64</c>.</summary>
/// <param name="Address">As <see cref="IpAddressBits"/> has them; the bits behind the prefix may be set.</param>
/// <param name="Length">0 to 32 for IPv4, 0 to 128 for IPv6.</param>
public readonly record struct IpPrefix(UInt128 Address, int Length)
{
    private const int MappedBits = 96;

    public bool IsIpv4 => IpAddressBits.IsIpv4(Address);

    /// <summary>The prefix's length in the 128 bits.</summary>
    internal int FullLength => IsIpv4 ? Length + MappedBits : Length;

    /// <summary>The address with all bits behind the prefix cleared.</summary>
    public UInt128 Network => Address & Mask(FullLength);

    /// <summary>IPv4's directed broadcast; a prefix longer than 30 has none (RFC 3021), nor has IPv6: 0 then.</summary>
    public UInt128 Broadcast => IsIpv4 && Length <= 30 ? Address | ~Mask(FullLength) : 0;

    public bool Contains(UInt128 address) => ((address ^ Address) & Mask(FullLength)) == 0;

    /// <summary>Reads <c>address/length</c>, or an address alone: all of its bits then.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static IpPrefix Parse(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        UInt128 address = IpAddressBits.Parse(slash < 0 ? text : text[..slash]);
        int most = IpAddressBits.IsIpv4(address) ? 32 : 128;
        int length = slash < 0 ? most : int.Parse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        return length <= most ? new IpPrefix(address, length) : throw new FormatException($"'{text}': the prefix is longer than the address");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{IpAddressBits.ToText(Address)}/{Length}");

    internal static UInt128 Mask(int length) => length == 0 ? 0 : UInt128.MaxValue << (128 - length);
}
