namespace Weir.Linux;

/// <summary>What <c>ethtool(8)</c> shows and switches of a link, by ioctl SIOCETHTOOL (include/uapi/linux/ethtool.h).</summary>
public static class Ethtool
{
    /// <summary>The index of a veth's other end, in that end's namespace (<c>ethtool -S</c>, peer_ifindex).</summary>
    public static int PeerIndex(NetworkNamespace ns, string link) => throw new NotImplementedException();

    /// <summary>All features that the driver lists, by name, and whether each is on (<c>ethtool -k</c>).</summary>
    public static IReadOnlyDictionary<string, bool> Features(NetworkNamespace ns, string link) => throw new NotImplementedException();

    /// <summary>Switches features by name (<c>ethtool -K</c>), for instance <c>tx-checksum-ip-generic</c>.</summary>
    public static void SetFeatures(NetworkNamespace ns, string link, IReadOnlyDictionary<string, bool> features) => throw new NotImplementedException();

    public static string Driver(NetworkNamespace ns, string link) => throw new NotImplementedException();
}
