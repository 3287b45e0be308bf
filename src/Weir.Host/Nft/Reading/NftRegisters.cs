using Weir.Netlink.Nftables;

namespace Weir.Host.Nft.Reading;

/// <summary>What the registers hold.</summary>
internal sealed class NftRegisters
{
    private readonly Dictionary<uint, NftNode> _nodes = [];

    internal NftNode Get(NftRegister register) => At(register.FirstWord());

    internal void Set(NftRegister register, NftNode node) => _nodes[register.FirstWord()] = node;

    /// <summary>The nodes of a key that begins at a register.</summary>
    /// <param name="length">In bytes.</param>
    internal IReadOnlyList<NftNode> Key(NftRegister register, uint length)
    {
        var nodes = new List<NftNode>();
        var at = register.FirstWord();
        var end = at + ((length + 3) / 4);
        while (at < end)
        {
            var node = At(at);
            nodes.Add(node);
            at += (uint)Math.Max(1, (node.Bytes + 3) / 4);
        }

        return nodes;
    }

    private NftNode At(uint word) => _nodes.TryGetValue(word, out var node) ? node : throw new NftRefused("a register is used that nothing was loaded into");
}
