namespace Weir.Rules.Nft.Types;

/// <summary>Where a header begins in a packet; include/uapi/linux/netfilter/nf_tables.h enum nft_payload_bases.</summary>
public enum NftHeaderBase : byte
{
    Link = 0,
    Network = 1,
    Transport = 2,
    Inner = 3,
}
