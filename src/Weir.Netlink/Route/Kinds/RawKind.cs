using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>Any kind, its IFLA_INFO_DATA given as bytes: attributes as the kernel's headers say.</summary>
public sealed record RawKind(string Kind, byte[] Data) : LinkKind
{
    public override string Name => Kind;

    internal override void Write(ref NetlinkWriter writer)
    {
        foreach (var attribute in new NetlinkAttributes(Data))
            writer.WriteNumbered(attribute.RawType, attribute.Value);
    }
}
