using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;

namespace Weir.Host.Iptables.Codecs;

/// <summary>Ranges of ports in the structures of tcp and udp, where none is all.</summary>
internal static class Ports
{
    internal static void Write(ref xt_ports ports, Negatable<PortRange>? range)
    {
        var value = range?.Value ?? PortRange.All;
        ports[0] = value.First;
        ports[1] = value.Last;
    }

    internal static Negatable<PortRange>? Read(in xt_ports ports, bool inverted)
    {
        var range = new PortRange(ports[0], ports[1]);
        return range == PortRange.All && !inverted ? null : new(range, inverted);
    }
}
