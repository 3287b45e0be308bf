using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>A kind that has nothing to say about itself: <c>dummy</c>, <c>ifb</c>, <c>wireguard</c>, or another one with its kernel's defaults.</summary>
public sealed record PlainKind(string Kind) : LinkKind
{
    public override string Name => Kind;

    internal override void Write(ref NetlinkWriter writer)
    {
    }
}
