namespace Weir.Policy;

/// <summary>How strictly a group is treated; a greater value is stricter.</summary>
public enum PolicyMode : byte
{
    /// <summary>All passes; what no rule knows is learned.</summary>
    Discover,
    /// <summary>All passes; what no rule allows is reported.</summary>
    Monitor,
    /// <summary>What no rule allows is dropped and reported.</summary>
    Protect,
}
