using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Disciplines;

namespace Weir.Netlink.TrafficControl;

/// <summary>How a TrafficClass looks on the wire: struct tcmsg, TCA_KIND, TCA_OPTIONS with the kind's own attributes.</summary>
internal static class TrafficClassMessage
{
    internal static void Write(ref NetlinkWriter writer, TrafficClass @class)
    {
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = @class.LinkIndex, Handle = @class.Handle, Parent = @class.Parent });
        writer.WriteString(TrafficControlAttribute.TCA_KIND, @class.Kind);
        if (@class.Htb is not { } htb)
            throw new ArgumentException($"how to ask for a class of {@class.Kind} is not known", nameof(@class));
        var options = writer.BeginNested(TrafficControlAttribute.TCA_OPTIONS);
        HtbMessage.WriteClass(ref writer, htb);
        writer.EndNested(options);
    }

    internal static TrafficClass? Read(NetlinkMessage message) => message.Type == NetlinkMessageType.RTM_NEWTCLASS ? ReadAny(message) : null;

    internal static TrafficClass ReadAny(NetlinkMessage message)
    {
        var header = message.Header<TrafficControlHeader>();
        var read = new TrafficClass(header.LinkIndex, "", header.Handle, header.Parent) { Leaf = header.Information };
        foreach (var attribute in message.Attributes<TrafficControlHeader>())
        {
            read = (TrafficControlAttribute)attribute.Type switch
            {
                TrafficControlAttribute.TCA_KIND => read with { Kind = attribute.Text },
                TrafficControlAttribute.TCA_OPTIONS => read with { Options = attribute.Value.ToArray() },
                TrafficControlAttribute.TCA_STATS2 => read with { Statistics = StatisticsMessage.Read(attribute.Nested, read.Kind switch { "htb" => CountedKind.HtbClass, "fq_codel" => CountedKind.FqCodelFlow, _ => CountedKind.Other }) },
                _ => read,
            };
        }

        return read.Kind == "htb" ? read with { Htb = HtbMessage.ReadClass(new NetlinkAttributes(read.Options)) } : read;
    }
}
