using System.Diagnostics.CodeAnalysis;
using Weir.Packets;

namespace Weir.TcpIp.Ip;

/// <summary>Routes by prefix; the longest that contains an address wins. One route for each prefix: adding another replaces it.</summary>
public sealed class RoutingTable
{
    private const int Lengths = 129;
    private readonly Dictionary<UInt128, Route>?[] _byLength = new Dictionary<UInt128, Route>?[Lengths];
    private int[] _lengths = [];

    /// <summary>Moves with each change: who keeps a route compares it.</summary>
    internal int Generation { get; private set; }

    public int Count => _byLength.Sum(routes => routes?.Count ?? 0);

    public IReadOnlyList<Route> List() => [.. _lengths.SelectMany(length => _byLength[length]!.Values)];

    public void Add(Route route)
    {
        int length = route.Destination.FullLength;
        (_byLength[length] ??= [])[route.Destination.Network] = route;
        Changed();
    }

    /// <summary>False: there is no route for this prefix.</summary>
    public bool Delete(IpPrefix destination)
    {
        bool deleted = _byLength[destination.FullLength]?.Remove(destination.Network) ?? false;
        Changed();
        return deleted;
    }

    /// <summary>The route for an address, by longest prefix. At most one look-up for each prefix length in use.</summary>
    public bool TryFind(UInt128 address, [NotNullWhen(true)] out Route? route)
    {
        foreach (int length in _lengths)
        {
            // IPv4 lives inside ::ffff:0:0/96 and is no part of an IPv6 network that contains that.
            if (_byLength[length]!.TryGetValue(address & IpPrefix.Mask(length), out route))
                return route.Destination.IsIpv4 == IpAddressBits.IsIpv4(address);
        }

        route = null;
        return false;
    }

    private void Changed()
    {
        _lengths = [.. Enumerable.Range(0, Lengths).Where(length => _byLength[length] is { Count: > 0 }).OrderDescending()];
        Generation++;
    }
}
