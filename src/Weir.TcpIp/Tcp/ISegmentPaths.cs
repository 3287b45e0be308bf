namespace Weir.TcpIp.Tcp;

/// <summary>Where TCP gets its ways through IP.</summary>
public interface ISegmentPaths
{
    /// <summary>The way between two addresses, as <c>Weir.Packets.IpAddressBits</c> has them; null: no route. The local one need not be one of the stack's own (transparent use).</summary>
    ISegmentPath? Find(UInt128 local, UInt128 remote);

    /// <summary>The own address to reach another from (RFC 6724); 0: there is none.</summary>
    UInt128 ChooseSource(UInt128 remote);
}
