namespace Weir.Enforcer.Datapath;

/// <summary>What becomes of a frame.</summary>
internal enum Verdict : byte
{
    Accept,
    Drop,
    /// <summary>Dropped, and both ends of its TCP session were sent a reset.</summary>
    Reject,
}
