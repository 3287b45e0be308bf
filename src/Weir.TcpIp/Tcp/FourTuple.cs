namespace Weir.TcpIp.Tcp;

/// <summary>What names a connection: both addresses and ports, from this end.</summary>
internal readonly record struct FourTuple(UInt128 LocalAddress, UInt128 RemoteAddress, ushort LocalPort, ushort RemotePort)
{
    public ulong Ports => ((ulong)LocalPort << 16) | RemotePort;

    /// <summary>Without a branch for each half of an address.</summary>
    public bool Equals(FourTuple other)
    {
        ulong local = ((ulong)LocalAddress ^ (ulong)other.LocalAddress) | ((ulong)(LocalAddress >> 64) ^ (ulong)(other.LocalAddress >> 64));
        ulong remote = ((ulong)RemoteAddress ^ (ulong)other.RemoteAddress) | ((ulong)(RemoteAddress >> 64) ^ (ulong)(other.RemoteAddress >> 64));
        return (local | remote | (Ports ^ other.Ports)) == 0;
    }

    public override int GetHashCode() => HashCode.Combine(LocalAddress, RemoteAddress, Ports);
}
