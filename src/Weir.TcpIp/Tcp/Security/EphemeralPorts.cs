namespace Weir.TcpIp.Tcp.Security;

/// <summary>RFC 6056 3.3.3: the local port is a counter behind an offset that depends on the destination and a secret.</summary>
internal sealed class EphemeralPorts(UInt128 key)
{
    /// <summary>net.ipv4.ip_local_port_range.</summary>
    private const int First = 32768;
    private const int Count = 61000 - First;

    private readonly SipHash _hash = new(key);
    private uint _next;

    /// <summary>A port that is no sibling's and that no connection between the same addresses has, or one in TIME-WAIT that makes way; 0: there is none.</summary>
    public ushort Choose(in FourTuple tuple, ConnectionTable table, ITcpSiblings? siblings, TcpProfile profile, long now)
    {
        ulong offset = _hash.Compute((ulong)tuple.LocalAddress, (ulong)tuple.RemoteAddress, (ulong)(tuple.RemoteAddress >> 64), tuple.RemotePort);
        for (int i = 0; i < Count; i++)
        {
            ushort port = (ushort)(First + (int)(((uint)offset + _next++) % Count));
            if (siblings?.IsOwnPort(port) == false)
                continue;
            if (table.Find(tuple with { LocalPort = port }) is not { } there || PortReuse.Allows(there, profile, now))
                return port;
        }

        return 0;
    }
}
