using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_data_attributes.</summary>
internal enum DataAttribute : ushort
{
    NFTA_DATA_VALUE = 1,
    NFTA_DATA_VERDICT = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_verdict_attributes.</summary>
internal enum VerdictAttribute : ushort
{
    NFTA_VERDICT_CODE = 1,
    NFTA_VERDICT_CHAIN = 2,
    NFTA_VERDICT_CHAIN_ID = 3,
}

/// <summary>How data looks on the wire: a nest with VALUE, or with VERDICT { CODE, CHAIN }.</summary>
internal static class NftDataMessage
{
    internal static void Write<TAttribute>(ref NetlinkWriter writer, TAttribute type, NftData data)
        where TAttribute : unmanaged, Enum
    {
        var nest = writer.BeginNest(type);
        if (data.Verdict is { } verdict)
            Write(ref writer, verdict);
        else
            writer.WriteBytes(DataAttribute.NFTA_DATA_VALUE, data.Value.Span);
        writer.EndNested(nest);
    }

    internal static NftData Read(NetlinkAttributes attributes)
    {
        var data = default(NftData);
        foreach (var attribute in attributes)
        {
            data = (DataAttribute)attribute.Type switch
            {
                DataAttribute.NFTA_DATA_VALUE => data with { Value = attribute.Bytes() },
                DataAttribute.NFTA_DATA_VERDICT => data with { Verdict = ReadVerdict(attribute.Nested) },
                _ => data,
            };
        }

        return data;
    }

    internal static NftVerdict ReadVerdict(NetlinkAttributes attributes)
    {
        var verdict = default(NftVerdict) with { Chain = "" };
        foreach (var attribute in attributes)
        {
            verdict = (VerdictAttribute)attribute.Type switch
            {
                VerdictAttribute.NFTA_VERDICT_CODE => verdict with { Code = (int)attribute.UInt32BigEndian() },
                VerdictAttribute.NFTA_VERDICT_CHAIN => verdict with { Chain = attribute.Text },
                VerdictAttribute.NFTA_VERDICT_CHAIN_ID => verdict with { ChainId = attribute.UInt32BigEndian() },
                _ => verdict,
            };
        }

        return verdict;
    }

    private static void Write(ref NetlinkWriter writer, NftVerdict verdict)
    {
        var nest = writer.BeginNest(DataAttribute.NFTA_DATA_VERDICT);
        writer.WriteUInt32BigEndian(VerdictAttribute.NFTA_VERDICT_CODE, (uint)verdict.Code);
        if (verdict.ChainId != 0)
            writer.WriteUInt32BigEndian(VerdictAttribute.NFTA_VERDICT_CHAIN_ID, verdict.ChainId);
        else if (!string.IsNullOrEmpty(verdict.Chain))
            writer.WriteString(VerdictAttribute.NFTA_VERDICT_CHAIN, verdict.Chain);
        writer.EndNested(nest);
    }
}
