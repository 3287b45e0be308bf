using Weir.Linux;
using Weir.Netlink.Ethtool;
using Weir.Netlink.Protocol;

namespace Weir.Netlink;

/// <summary>One NETLINK_GENERIC socket, made in a namespace, and what the family "ethtool" tells and switches of links (kernel 5.6 and later).</summary>
/// <remarks>Drivers, statistics and a veth's other end are asked for by ioctl: <see cref="Weir.Linux.Ethtool"/>. Any one thread at a time may use it.</remarks>
public sealed class EthtoolSocket : IDisposable
{
    private readonly NetlinkExchange _exchange;

    /// <summary>Over any transport; <see cref="Open"/> is the way to the kernel.</summary>
    /// <exception cref="NetlinkException">ENOENT: the kernel was built without CONFIG_ETHTOOL_NETLINK.</exception>
    public EthtoolSocket(INetlinkTransport transport)
    {
        _exchange = new NetlinkExchange(transport);
        try
        {
            var ethtool = new EthtoolExchange(_exchange);
            Features = new Features(ethtool);
            Channels = new Channels(ethtool);
            Rings = new Rings(ethtool);
        }
        catch
        {
            _exchange.Dispose();
            throw;
        }
    }

    public static EthtoolSocket Open(NetworkNamespace ns) => new(NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_GENERIC));

    public Features Features { get; }

    public Channels Channels { get; }

    public Rings Rings { get; }

    public void Dispose() => _exchange.Dispose();
}
