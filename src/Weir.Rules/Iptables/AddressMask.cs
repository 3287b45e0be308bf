using System.Net;
using System.Net.Sockets;
using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables;

/// <summary>An address and which of its bits count; the mask need not be a prefix.</summary>
public sealed record AddressMask(IPAddress Address, IPAddress Mask)
{
    /// <summary>The mask's length when it is a prefix, otherwise null.</summary>
    public int? PrefixLength
    {
        get
        {
            var length = 0;
            var ended = false;
            foreach (var part in Mask.GetAddressBytes())
            {
                for (var bit = 0x80; bit != 0; bit >>= 1)
                {
                    if ((part & bit) == 0)
                        ended = true;
                    else if (ended)
                        return null;
                    else
                        length++;
                }
            }

            return length;
        }
    }

    /// <summary>All addresses of the family: <c>0.0.0.0/0</c>, <c>::/0</c>.</summary>
    public bool IsAny => PrefixLength == 0;

    internal static AddressMask Whole(IPAddress address) => new(address, PrefixMask(address.AddressFamily, 8 * address.GetAddressBytes().Length));

    internal static IPAddress PrefixMask(AddressFamily family, int length)
    {
        var mask = new byte[family == AddressFamily.InterNetwork ? 4 : 16];
        for (var bit = 0; bit < length; bit++)
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return new IPAddress(mask);
    }

    /// <summary>As <c>-s</c> and <c>-d</c> print it: always with the mask.</summary>
    public override string ToString() => $"{AddressText.Format(Address)}/{(PrefixLength is { } length ? $"{length}" : AddressText.Format(Mask))}";

    /// <summary>As extensions print it: without the mask of a single address.</summary>
    internal string ToShortString() => PrefixLength == 8 * Address.GetAddressBytes().Length ? AddressText.Format(Address) : ToString();
}
