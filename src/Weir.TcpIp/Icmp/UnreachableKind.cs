namespace Weir.TcpIp.Icmp;

/// <summary>What can't be reached; each family has its own codes for it.</summary>
internal enum UnreachableKind : byte
{
    Network,
    Host,
    Protocol,
    Port,
}
