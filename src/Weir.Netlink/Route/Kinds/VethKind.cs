using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>One end of a pair; the other end is made with it.</summary>
public sealed record VethKind(VethEnd Peer) : LinkKind
{
    public override string Name => "veth";

    internal override void Write(ref NetlinkWriter writer) => LinkMessage.WritePeer(ref writer, Peer);
}
