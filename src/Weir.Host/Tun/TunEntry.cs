using Weir.Netlink.Route.Kinds;

namespace Weir.Host.Tun;

/// <summary>A TUN or TAP device as it is there.</summary>
/// <param name="Name">Of the link.</param>
/// <param name="Device">Its kind's settings: owner, queues.</param>
/// <param name="Mtu">Bytes.</param>
/// <param name="IsUp">Administratively.</param>
/// <param name="Addresses">With their prefix lengths, as <c>169.254.144.1/24</c>.</param>
/// <param name="NatMarks">The marks by which what comes out of it is masqueraded.</param>
public sealed record TunEntry(string Name, TunKind Device, int Mtu, bool IsUp, IReadOnlyList<string> Addresses, IReadOnlyList<uint> NatMarks);
