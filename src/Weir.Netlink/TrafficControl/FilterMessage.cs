using System.Buffers.Binary;
using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Classifiers;

namespace Weir.Netlink.TrafficControl;

/// <summary>How a Filter looks on the wire: struct tcmsg, TCA_KIND, TCA_CHAIN, TCA_OPTIONS with the classifier's own attributes.</summary>
internal static class FilterMessage
{
    internal static void WriteHeader(ref NetlinkWriter writer, Filter filter) => writer.WriteFixed(new TrafficControlHeader
    {
        LinkIndex = filter.LinkIndex,
        Parent = filter.Parent,
        Handle = filter.Handle,
        Information = (uint)filter.Preference << 16 | BinaryPrimitives.ReverseEndianness(filter.Protocol),
    });

    internal static void Write(ref NetlinkWriter writer, Filter filter)
    {
        WriteHeader(ref writer, filter);
        if (filter.Chain != 0)
            writer.WriteUInt32(TrafficControlAttribute.TCA_CHAIN, filter.Chain);
        writer.WriteString(TrafficControlAttribute.TCA_KIND, filter.Kind);
        var options = writer.BeginNested(TrafficControlAttribute.TCA_OPTIONS);
        switch (filter.Classifier)
        {
            case U32Classifier u32:
                U32Message.Write(ref writer, u32, filter.Actions);
                break;
            case BpfClassifier bpf:
                BpfMessage.Write(ref writer, bpf, filter.Actions);
                break;
            case FlowerClassifier flower:
                FlowerMessage.Write(ref writer, flower, filter);
                break;
            case MatchallClassifier matchall:
                MatchallMessage.Write(ref writer, matchall, filter.Actions);
                break;
            case FwClassifier fw:
                FwMessage.Write(ref writer, fw, filter.Actions);
                break;
            case BasicClassifier basic:
                BasicMessage.Write(ref writer, basic, filter.Actions);
                break;
            default:
                throw new ArgumentException($"how to ask for a classifier {filter.Kind} is not known", nameof(filter));
        }

        writer.EndNested(options);
    }

    internal static Filter? Read(NetlinkMessage message) => message.Type == NetlinkMessageType.RTM_NEWTFILTER ? ReadAny(message) : null;

    internal static Filter ReadAny(NetlinkMessage message)
    {
        var header = message.Header<TrafficControlHeader>();
        var (kind, chain) = ("", 0u);
        ReadOnlySpan<byte> options = default;
        foreach (var attribute in message.Attributes<TrafficControlHeader>())
        {
            switch ((TrafficControlAttribute)attribute.Type)
            {
                case TrafficControlAttribute.TCA_KIND:
                    kind = attribute.Text;
                    break;
                case TrafficControlAttribute.TCA_CHAIN:
                    chain = attribute.UInt32;
                    break;
                case TrafficControlAttribute.TCA_OPTIONS:
                    options = attribute.Value;
                    break;
            }
        }

        var filter = new Filter
        {
            LinkIndex = header.LinkIndex,
            Parent = header.Parent,
            Handle = header.Handle,
            Preference = (ushort)(header.Information >> 16),
            Protocol = BinaryPrimitives.ReverseEndianness((ushort)header.Information),
            Chain = chain,
            Options = options.ToArray(),
            Classifier = new UnknownClassifier(kind),
        };
        return kind switch
        {
            "u32" => U32Message.Read(filter, new NetlinkAttributes(options)),
            "bpf" => BpfMessage.Read(filter, new NetlinkAttributes(options)),
            "flower" => FlowerMessage.Read(filter, new NetlinkAttributes(options)),
            "matchall" => MatchallMessage.Read(filter, new NetlinkAttributes(options)),
            "fw" => FwMessage.Read(filter, new NetlinkAttributes(options)),
            "basic" => BasicMessage.Read(filter, new NetlinkAttributes(options)),
            _ => filter,
        };
    }
}
