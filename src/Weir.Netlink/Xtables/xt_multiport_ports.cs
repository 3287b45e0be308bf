using System.Runtime.CompilerServices;

namespace Weir.Netlink.Xtables;

/// <summary>XT_MULTI_PORTS ports in the host's order.</summary>
[InlineArray(15)]
public struct xt_multiport_ports
{
    private ushort _first;
}
