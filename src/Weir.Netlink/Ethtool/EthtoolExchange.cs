using Weir.Netlink.Protocol;

namespace Weir.Netlink.Ethtool;

/// <summary>Requests of the family "ethtool": struct genlmsghdr, then the header attribute that names the link, then the command's own.</summary>
internal sealed class EthtoolExchange(NetlinkExchange exchange)
{
    /// <summary>include/uapi/linux/netlink.h. This family's parser is strict: a nest without it is refused.</summary>
    internal const ushort NLA_F_NESTED = 1 << 15;

    private const ushort HeaderAttribute = 1;

    private readonly NetlinkMessageType _family = GenericNetlink.Resolve(exchange, "ethtool");

    internal NetlinkWriter Begin(EthtoolMessage command, string link)
    {
        var writer = exchange.Begin();
        writer.WriteFixed(new GenericHeader { Command = (byte)command, Version = 1 });
        var header = writer.BeginNested(HeaderAttribute | NLA_F_NESTED);
        writer.WriteString(EthtoolHeaderAttribute.ETHTOOL_A_HEADER_DEV_NAME, link);
        writer.EndNested(header);
        return writer;
    }

    internal void Get(string operation, in NetlinkWriter writer, MessageHandler handler) => exchange.Get(operation, writer, _family, handler);

    internal void Change(string operation, in NetlinkWriter writer) => exchange.Change(operation, writer, _family);
}
