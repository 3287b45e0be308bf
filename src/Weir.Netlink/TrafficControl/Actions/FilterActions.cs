using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Actions;

/// <summary>include/uapi/linux/rtnetlink.h: attributes after struct tcamsg.</summary>
internal enum ActionListAttribute : ushort
{
    TCA_ACT_TAB = 1,
}

/// <summary><c>tc actions</c>: actions by their numbers, whether filters use them or not.</summary>
public sealed class FilterActions
{
    private readonly NetlinkExchange _exchange;

    internal FilterActions(NetlinkExchange exchange) => _exchange = exchange;

    /// <summary><c>tc actions list action KIND</c>. Empty when the kernel has none, or does not know the kind.</summary>
    public IReadOnlyList<FilterAction> List(string kind)
    {
        // struct tcamsg { u8 family; u8 pad; u16 pad; }
        var writer = _exchange.Begin();
        writer.WriteFixed(0u);
        var table = writer.BeginNested(ActionListAttribute.TCA_ACT_TAB);
        var entry = writer.BeginNested(1);
        writer.WriteString(ActionAttribute.TCA_ACT_KIND, kind);
        writer.EndNested(entry);
        writer.EndNested(table);
        // One message holds as many as fit.
        return [.. _exchange.Dump($"list actions {kind}", writer, NetlinkMessageType.RTM_GETACTION, Read).SelectMany(actions => actions)];
    }

    private static List<FilterAction> Read(NetlinkMessage message)
    {
        foreach (var attribute in message.Attributes<uint>())
        {
            if ((ActionListAttribute)attribute.Type == ActionListAttribute.TCA_ACT_TAB)
                return ActionMessage.ReadList(attribute.Nested);
        }

        return [];
    }
}
