using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>Words that the kernel says again and again: a list of thousands of links shares them.</summary>
internal static class KnownWords
{
    private static readonly (byte[] Bytes, string Text)[] Words = [.. Array.ConvertAll(
        ["noqueue", "noop", "fq_codel", "pfifo_fast", "mq", "veth", "bridge", "tun", "vxlan", "geneve", "macvlan", "ipvlan", "vlan", "dummy", "ifb", "wireguard"],
        word => (System.Text.Encoding.ASCII.GetBytes(word), word))];

    internal static string Of(NetlinkAttribute attribute)
    {
        var value = attribute.Value;
        var end = value.IndexOf((byte)0);
        if (end >= 0)
            value = value[..end];
        foreach (var (bytes, text) in Words)
        {
            if (value.SequenceEqual(bytes))
                return text;
        }

        return attribute.Text;
    }
}
