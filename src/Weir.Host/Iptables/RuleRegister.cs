using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;

namespace Weir.Host.Iptables;

/// <summary>What a rule has loaded into a register, and the mask it was cut with.</summary>
/// <param name="Mask">Empty: all bits.</param>
internal sealed record RuleRegister(NftExpression Source, NftValue Mask = default);

/// <summary>The registers of the rule that is read.</summary>
internal sealed class RuleRegisters
{
    private readonly Dictionary<uint, RuleRegister> _registers = [];

    internal void Load(NftRegister register, NftExpression source) => _registers[Word(register)] = new RuleRegister(source);

    internal void Mask(BitwiseExpression bitwise)
    {
        var source = Get(bitwise.Source);
        if (bitwise.Operation != BitwiseOperation.NFT_BITWISE_MASK_XOR || bitwise.Xor.Span.ContainsAnyExcept((byte)0) || !source.Mask.IsEmpty)
            throw new IncompatibleRuleException("a calculation that is more than a mask");
        _registers[Word(bitwise.Destination)] = source with { Mask = bitwise.Mask };
    }

    internal RuleRegister Get(NftRegister register) =>
        _registers.TryGetValue(Word(register), out var loaded) ? loaded : throw new IncompatibleRuleException("a comparison with nothing");

    /// <summary>NFT_REG_1 to 4 begin at the words 8, 12, 16, 20.</summary>
    private static uint Word(NftRegister register) =>
        register is >= NftRegister.NFT_REG_1 and <= NftRegister.NFT_REG_4 ? (uint)NftRegister.NFT_REG32_00 + (((uint)register - 1) * 4) : (uint)register;
}
