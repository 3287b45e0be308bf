namespace Weir.Netlink.Nftables;

/// <summary>What becomes of a packet, or where its evaluation goes on.</summary>
/// <param name="Code">NF_DROP 0, NF_ACCEPT 1, NF_QUEUE 3 (with the queue's number in the upper half); NFT_CONTINUE −1, NFT_BREAK −2, NFT_JUMP −3, NFT_GOTO −4, NFT_RETURN −5.</param>
/// <param name="Chain">The chain of a jump or a goto.</param>
/// <param name="ChainId">The chain by its number in the same batch, for a chain without a name; 0 when <paramref name="Chain"/> says it.</param>
public readonly record struct NftVerdict(int Code, string Chain = "", uint ChainId = 0)
{
    internal const int DropCode = 0, AcceptCode = 1, ContinueCode = -1, BreakCode = -2, JumpCode = -3, GotoCode = -4, ReturnCode = -5;

    public static NftVerdict Drop => new(DropCode);

    public static NftVerdict Accept => new(AcceptCode);

    public static NftVerdict Continue => new(ContinueCode);

    public static NftVerdict Return => new(ReturnCode);

    public static NftVerdict Jump(string chain) => new(JumpCode, chain);

    public static NftVerdict Goto(string chain) => new(GotoCode, chain);

    /// <summary>As nft prints it: <c>jump CHAIN</c>.</summary>
    public override string ToString() => Code switch
    {
        DropCode => "drop",
        AcceptCode => "accept",
        2 => "stolen",
        4 => "repeat",
        5 => "stop",
        ContinueCode => "continue",
        BreakCode => "break",
        JumpCode => $"jump {Chain}",
        GotoCode => $"goto {Chain}",
        ReturnCode => "return",
        > 0 when (Code & 0xff) == 3 => $"queue to {Code >> 16}",
        _ => $"verdict {Code}",
    };
}
