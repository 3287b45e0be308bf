using System.Runtime.CompilerServices;

namespace Weir.Netlink.Xtables;

/// <summary>A first and a last port.</summary>
[InlineArray(2)]
public struct xt_ports
{
    private ushort _first;
}
