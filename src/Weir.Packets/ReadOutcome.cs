namespace Weir.Packets;

/// <summary>What the first bytes of a stream turned out to be, when the rest may still be on its way.</summary>
public enum ReadOutcome : byte
{
    /// <summary>The bytes are something else. More of them will not change that.</summary>
    Mismatch,

    /// <summary>So far it fits; ask again when there are more bytes. What was read up to here is already in the result.</summary>
    NeedsMore,

    /// <summary>Read to its end.</summary>
    Complete,
}
