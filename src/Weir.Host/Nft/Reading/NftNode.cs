using Weir.Netlink.Nftables;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Reading;

/// <summary>What a register holds while a rule's expressions are read.</summary>
internal abstract record NftNode
{
    private NftNode()
    {
    }

    /// <summary>How many bytes it takes in the registers.</summary>
    internal int Bytes => this switch
    {
        Loaded loaded => loaded.Spec.Bytes,
        Packet packet => packet.Bits / 8,
        Masked masked => masked.Inner.Bytes,
        Shifted shifted => shifted.Inner.Bytes,
        Swapped swapped => swapped.Inner.Bytes,
        Constant constant => constant.Value.Length,
        Mapped mapped => (int)mapped.Map.Set.DataLength,
        _ => sizeof(uint),
    };

    /// <summary>Something that the kernel knows by itself.</summary>
    internal sealed record Loaded(NftTerm Term, NftSpec Spec) : NftNode;

    /// <summary>Bits of the packet; which field they are follows from what was matched before.</summary>
    /// <param name="Offset">In bits.</param>
    /// <param name="Bits">Their number.</param>
    internal sealed record Packet(NftHeaderBase Base, int Offset, int Bits) : NftNode;

    /// <summary>Calculated: (inner &amp; mask) ^ xor.</summary>
    internal sealed record Masked(NftNode Inner, NftValue Mask, NftValue Xor) : NftNode
    {
        /// <summary>Nothing but a mask.</summary>
        internal bool IsPlain => !Xor.Span.ContainsAnyExcept((byte)0);
    }

    internal sealed record Shifted(NftNode Inner, bool IsLeft, uint Count) : NftNode;

    /// <summary>In network order now.</summary>
    internal sealed record Swapped(NftNode Inner) : NftNode;

    internal sealed record Constant(NftValue Value) : NftNode;

    /// <summary>What a map gives for a key.</summary>
    internal sealed record Mapped(IReadOnlyList<NftNode> Key, NftReadSet Map) : NftNode;

    /// <summary>A hash of what lies in other registers.</summary>
    internal sealed record Hashed(IReadOnlyList<NftNode> Key, uint Modulus, uint? Seed, uint Offset) : NftNode;
}
