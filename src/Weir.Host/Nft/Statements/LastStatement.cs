using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>last used 5s</c>. nft 1.0.6 has no object for it.</summary>
internal static class LastStatement
{
    internal static LastExpression Write(NftStatement.Last last) => new(NftElementWriter.Time(last.Used));

    internal static NftStatement.Last Read(LastExpression last, bool isStateless) => new(isStateless ? null : NftElementReader.Time(last.Since) ?? "never");
}
