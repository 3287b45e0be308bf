namespace Weir.TcpIp.Tcp;

/// <summary>What names a connection: both addresses and ports, from this end.</summary>
internal readonly record struct FourTuple(UInt128 LocalAddress, UInt128 RemoteAddress, ushort LocalPort, ushort RemotePort)
{
    public ulong Ports => ((ulong)LocalPort << 16) | RemotePort;
}
