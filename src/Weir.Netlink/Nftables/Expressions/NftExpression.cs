using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>One step of a rule, as the kernel's nf_tables machine runs it.</summary>
public abstract record NftExpression
{
    private protected NftExpression(string kind) => Kind = kind;

    /// <summary>The kernel's name of the expression: <c>meta</c>, <c>payload</c>, <c>match</c>.</summary>
    public string Kind { get; }

    /// <summary>False for expressions without NFTA_EXPR_DATA.</summary>
    internal virtual bool HasData => true;

    /// <summary>Writes the attributes inside NFTA_EXPR_DATA, in libnftnl's order.</summary>
    internal abstract void WriteData(ref NetlinkWriter writer);
}
