using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Disciplines;

namespace Weir.Netlink.TrafficControl;

/// <summary>How a Qdisc looks on the wire: struct tcmsg, TCA_KIND, TCA_OPTIONS with the kind's own attributes or structure.</summary>
internal static class QdiscMessage
{
    internal static void Write(ref NetlinkWriter writer, Qdisc qdisc)
    {
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = qdisc.LinkIndex, Handle = qdisc.Handle, Parent = qdisc.Parent });
        writer.WriteString(TrafficControlAttribute.TCA_KIND, qdisc.Kind);
        switch (qdisc.Discipline)
        {
            case null:
                break;
            case FifoQdisc fifo:
                FifoMessage.Write(ref writer, fifo);
                break;
            case NetemQdisc netem:
                NetemMessage.Write(ref writer, netem);
                break;
            case PrioQdisc prio:
                PrioMessage.Write(ref writer, prio);
                break;
            case TbfQdisc tbf:
                var tbfOptions = writer.BeginNested(TrafficControlAttribute.TCA_OPTIONS);
                TbfMessage.Write(ref writer, tbf);
                writer.EndNested(tbfOptions);
                break;
            case HtbQdisc htb:
                var htbOptions = writer.BeginNested(TrafficControlAttribute.TCA_OPTIONS);
                HtbMessage.Write(ref writer, htb);
                writer.EndNested(htbOptions);
                break;
            case FqCodelQdisc fqCodel:
                var fqCodelOptions = writer.BeginNested(TrafficControlAttribute.TCA_OPTIONS);
                FqCodelMessage.Write(ref writer, fqCodel);
                writer.EndNested(fqCodelOptions);
                break;
            case CodelQdisc codel:
                var codelOptions = writer.BeginNested(TrafficControlAttribute.TCA_OPTIONS);
                CodelMessage.Write(ref writer, codel);
                writer.EndNested(codelOptions);
                break;
            default:
                throw new ArgumentException($"how to ask for a qdisc {qdisc.Kind} is not known", nameof(qdisc));
        }
    }

    internal static Qdisc? Read(NetlinkMessage message) => message.Type == NetlinkMessageType.RTM_NEWQDISC ? ReadAny(message) : null;

    internal static Qdisc ReadAny(NetlinkMessage message)
    {
        var header = message.Header<TrafficControlHeader>();
        var qdisc = new Qdisc(header.LinkIndex, "", header.Handle, header.Parent) { References = header.Information };
        NetlinkAttribute options = default;
        foreach (var attribute in message.Attributes<TrafficControlHeader>())
        {
            switch ((TrafficControlAttribute)attribute.Type)
            {
                case TrafficControlAttribute.TCA_KIND:
                    qdisc = qdisc with { Kind = attribute.Text };
                    break;
                case TrafficControlAttribute.TCA_OPTIONS:
                    options = attribute;
                    qdisc = qdisc with { Options = attribute.Value.ToArray() };
                    break;
                case TrafficControlAttribute.TCA_STATS2:
                    qdisc = qdisc with { Statistics = StatisticsMessage.Read(attribute.Nested, qdisc.Kind switch { "codel" => CountedKind.Codel, "fq_codel" => CountedKind.FqCodel, _ => CountedKind.Other }) };
                    break;
            }
        }

        return qdisc.Options.Length == 0 ? qdisc : qdisc with
        {
            Discipline = qdisc.Kind switch
            {
                "pfifo" or "bfifo" or "pfifo_head_drop" => FifoMessage.Read(options),
                "tbf" => TbfMessage.Read(options.Nested),
                "htb" => HtbMessage.Read(options.Nested),
                "netem" => NetemMessage.Read(options),
                "prio" or "pfifo_fast" => PrioMessage.Read(options),
                "fq_codel" => FqCodelMessage.Read(options.Nested),
                "codel" => CodelMessage.Read(options.Nested),
                _ => null,
            },
        };
    }
}
