namespace Weir.Rules.Nft.Types;

/// <summary>Something that the kernel knows of a packet or of its connection.</summary>
/// <param name="Number">include/uapi/linux/netfilter/nf_tables.h enum nft_meta_keys, nft_ct_keys, nft_rt_keys, nft_socket_keys.</param>
/// <param name="Bits">Its length in a register.</param>
public sealed record NftKey(string Name, uint Number, NftDataType Type, int Bits);
