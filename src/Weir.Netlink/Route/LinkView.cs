using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>Takes one link of a listing; the view is void when it returns.</summary>
public delegate void LinkVisitor(LinkView link);

/// <summary>A link in the kernel's own message; nothing is copied until it is asked for.</summary>
public readonly ref struct LinkView
{
    private readonly NetlinkMessage _message;

    internal LinkView(NetlinkMessage message) => _message = message;

    public int Index => _message.Header<LinkMessage.Header>().Index;

    public uint Flags => _message.Header<LinkMessage.Header>().Flags;

    /// <summary>UTF-8, without its NUL.</summary>
    public ReadOnlySpan<byte> NameBytes
    {
        get
        {
            var value = Find(LinkAttribute.IFLA_IFNAME).Value;
            var end = value.IndexOf((byte)0);
            return end < 0 ? value : value[..end];
        }
    }

    public string Name => Find(LinkAttribute.IFLA_IFNAME).Text;

    public ReadOnlySpan<byte> Address => Find(LinkAttribute.IFLA_ADDRESS).Value;

    public int Mtu => Find(LinkAttribute.IFLA_MTU).Int32;

    public int MasterIndex => Find(LinkAttribute.IFLA_MASTER).Int32;

    public int PeerIndex => Find(LinkAttribute.IFLA_LINK).Int32;

    public LinkStatistics Statistics => Find(LinkAttribute.IFLA_STATS64).Read<LinkStatistics>();

    /// <summary>All attributes, IFLA_ numbers of include/uapi/linux/if_link.h.</summary>
    public NetlinkAttributes Attributes => _message.Attributes<LinkMessage.Header>();

    /// <summary>The link as an object of its own.</summary>
    public Link ToLink() => LinkMessage.ReadAny(_message);

    private NetlinkAttribute Find(LinkAttribute type)
    {
        foreach (var attribute in Attributes)
        {
            if ((LinkAttribute)attribute.Type == type)
                return attribute;
        }

        return default;
    }
}
