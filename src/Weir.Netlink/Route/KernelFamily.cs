using System.Net.Sockets;

namespace Weir.Netlink.Route;

/// <summary>include/linux/socket.h: families in messages. .NET numbers its own differently.</summary>
internal enum KernelFamily : byte
{
    AF_UNSPEC = 0,
    AF_INET = 2,
    AF_BRIDGE = 7,
    AF_INET6 = 10,
}

internal static class KernelFamilies
{
    internal static KernelFamily Of(AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => KernelFamily.AF_INET,
        AddressFamily.InterNetworkV6 => KernelFamily.AF_INET6,
        AddressFamily.Unspecified => KernelFamily.AF_UNSPEC,
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "IPv4 and IPv6 have addresses, routes and rules"),
    };

    /// <summary>Null for families that have no IP addresses.</summary>
    internal static AddressFamily? ToAddressFamily(byte family) => (KernelFamily)family switch
    {
        KernelFamily.AF_INET => AddressFamily.InterNetwork,
        KernelFamily.AF_INET6 => AddressFamily.InterNetworkV6,
        _ => null,
    };
}
