using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Ethtool;

/// <summary><c>ethtool -k | -K</c>: the offload features of a link.</summary>
public sealed class Features
{
    private readonly EthtoolExchange _exchange;

    internal Features(EthtoolExchange exchange) => _exchange = exchange;

    /// <summary>All features that this kernel has, by name, in ordinal order.</summary>
    /// <exception cref="NetlinkException">ENODEV: no such link.</exception>
    public IReadOnlyList<LinkFeature> List(string link)
    {
        FeaturesMessage read = new();
        _exchange.Get($"list the features of {link}", _exchange.Begin(EthtoolMessage.ETHTOOL_MSG_FEATURES_GET, link), read.Read);
        return read.Features();
    }

    /// <summary>Switches features. The kernel also switches off what depends on one that goes (TSO without checksums): <see cref="List"/> shows it.</summary>
    /// <exception cref="NetlinkException">EOPNOTSUPP: the link can't change one of them; EINVAL: this kernel does not know a name; ENODEV: no such link.</exception>
    public void Set(string link, IReadOnlyDictionary<string, bool> features)
    {
        var operation = $"switch {string.Join(", ", features.Select(feature => $"{feature.Key} {(feature.Value ? "on" : "off")}"))} of {link}";
        var writer = _exchange.Begin(EthtoolMessage.ETHTOOL_MSG_FEATURES_SET, link);
        FeaturesMessage.WriteWanted(ref writer, features);
        _exchange.Change(operation, writer);

        // The kernel takes a request for a fixed feature and does nothing.
        List<string> unchanged = [.. List(link).Where(feature => features.TryGetValue(feature.Name, out var on) && feature.IsWanted != on).Select(feature => feature.Name)];
        if (unchanged.Count > 0)
            throw new NetlinkException(operation, (int)Errno.EOPNOTSUPP, $"the link can't change {string.Join(", ", unchanged)}");
    }
}
