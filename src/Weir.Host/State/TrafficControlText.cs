using System.Buffers.Binary;
using System.Text;
using Weir.Netlink;
using Weir.Netlink.Route;
using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Classifiers;

namespace Weir.Host.State;

/// <summary>Queueing disciplines and the filters of clsact and ingress, as <c>tc qdisc show</c> and <c>tc filter show</c> show them.</summary>
internal static class TrafficControlText
{
    private const uint IngressParent = 0xfffffff1;
    private const ushort TCA_U32_SEL = 5, TCA_U32_ACT = 7, TCA_ACT_KIND = 1, TCA_ACT_OPTIONS = 2, TCA_ACT_PARMS = 2;
    private static readonly (uint Parent, string Name)[] Places = [(0xfffffff2, "ingress"), (0xfffffff3, "egress")];

    public static IReadOnlyList<string> Read(RouteSocket socket, LinkNames names)
    {
        List<string> lines = [];
        foreach (Link link in names.Links)
        {
            List<Qdisc> qdiscs = [.. socket.Qdiscs.List(link.Index)];
            lines.AddRange(qdiscs.Select(qdisc => $"qdisc {qdisc.Kind} {qdisc.Handle >> 16:x}: dev {link.Name} parent {qdisc.Parent:x8}"));
            if (!qdiscs.Exists(qdisc => qdisc.Parent == IngressParent))
                continue;
            foreach ((uint parent, string name) in Places)
                lines.AddRange(socket.Filters.List(link.Index, parent).Select(filter => Line(filter, link.Name, name)));
        }

        return lines;
    }

    private static string Line(Filter filter, string link, string place)
    {
        StringBuilder line = new($"filter dev {link} {place} protocol 0x{filter.Protocol:x4} pref {filter.Preference} {filter.Kind} handle 0x{filter.Handle:x}");
        if (filter.Classifier is BpfClassifier bpf)
            line.Append($" {bpf.Name}{(bpf.DirectAction ? " direct-action" : "")}");
        else if (filter.Kind == "u32")
            line.Append(U32(filter.Options));
        return line.ToString();
    }

    /// <summary>The selector, and of each action its kind and parameters; not their counters and times.</summary>
    private static string U32(ReadOnlySpan<byte> options)
    {
        StringBuilder text = new();
        AttributeReader reader = new(options);
        while (reader.Next(out ushort type, out ReadOnlySpan<byte> value))
        {
            if (type == TCA_U32_SEL && value.Length >= 16)
                text.Append($" sel {Convert.ToHexStringLower(value[16..])}");
            if (type == TCA_U32_ACT)
                AppendActions(text, value);
        }

        return text.ToString();
    }

    private static void AppendActions(StringBuilder text, ReadOnlySpan<byte> actions)
    {
        AttributeReader reader = new(actions);
        while (reader.Next(out _, out ReadOnlySpan<byte> action))
        {
            AttributeReader fields = new(action);
            while (fields.Next(out ushort type, out ReadOnlySpan<byte> value))
            {
                if (type == TCA_ACT_KIND)
                    text.Append($" action {Encoding.ASCII.GetString(value).TrimEnd('\0')}");
                else if (type == TCA_ACT_OPTIONS)
                    AppendParameters(text, value);
            }
        }
    }

    private static void AppendParameters(StringBuilder text, ReadOnlySpan<byte> options)
    {
        AttributeReader reader = new(options);
        while (reader.Next(out ushort type, out ReadOnlySpan<byte> value))
        {
            // tc_gen: index, capabilities, action, references, bindings; the index is counted over the namespace and says nothing.
            if (type == TCA_ACT_PARMS && value.Length >= 20)
                text.Append($" do {BinaryPrimitives.ReadInt32LittleEndian(value[8..])} with {Convert.ToHexStringLower(value[20..])}");
        }
    }
}
