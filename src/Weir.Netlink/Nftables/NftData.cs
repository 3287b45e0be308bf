namespace Weir.Netlink.Nftables;

/// <summary>What goes into a register, or what a map gives: bytes, or a verdict. include/uapi/linux/netfilter/nf_tables.h: enum nft_data_attributes.</summary>
/// <param name="Value">The bytes; empty beside a verdict.</param>
/// <param name="Verdict">Null for bytes.</param>
public readonly record struct NftData(NftValue Value, NftVerdict? Verdict = null)
{
    public static implicit operator NftData(NftValue value) => new(value);

    public static implicit operator NftData(NftVerdict verdict) => new(default, verdict);

    public static NftData ToNftData(NftValue value) => new(value);

    public static NftData FromNftVerdict(NftVerdict verdict) => new(default, verdict);

    public override string ToString() => Verdict?.ToString() ?? Value.ToString();
}
