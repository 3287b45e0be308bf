namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>Where a sender stands after a loss.</summary>
internal enum RecoveryPhase : byte
{
    /// <summary>Nothing is held for lost.</summary>
    Open,
    /// <summary>Fast recovery: losses were found from ACKs; ends when all is acknowledged that was out when it began.</summary>
    Recovery,
    /// <summary>After a time-out: slow start from one segment; ends likewise.</summary>
    Loss,
}
