namespace Weir.Netlink.Nftables;

/// <summary>Beside which rule a new one goes: <c>Add</c> puts it after that rule, <c>Insert</c> before it. The default is the chain's end, or its start.</summary>
/// <param name="Handle">A rule that the kernel has.</param>
/// <param name="Id">A rule of the same batch, by its <see cref="NftRule.Id"/>.</param>
public readonly record struct NftRulePlace(ulong Handle, uint Id = 0)
{
    public static NftRulePlace OfHandle(ulong handle) => new(handle);

    public static NftRulePlace OfId(uint id) => new(0, id);
}
