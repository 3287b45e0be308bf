using System.Text;

namespace Weir.Rules.Tc;

/// <summary>What <c>tc filter show</c> prints of flower after the chain (iproute2 6.1, tc/f_flower.c flower_print_opt).</summary>
internal static class FlowerText
{
    /// <summary>Keys that are known here, in tc's order.</summary>
    internal static readonly string[] Names =
    [
        "indev", "vlan_id", "vlan_prio", "vlan_ethtype", "dst_mac", "src_mac", "eth_type", "ip_proto", "ip_tos", "ip_ttl", "dst_ip", "src_ip", "dst_port", "src_port", "tcp_flags",
        "icmp_type", "icmp_code",
    ];

    internal static void Print(StringBuilder text, uint handle, TcFlower flower)
    {
        text.Append($"handle 0x{handle:x} ");
        if (flower.ClassId != 0)
            text.Append($"classid {TcHandle.Print(flower.ClassId)} ");
        foreach (var key in flower.Keys)
            text.Append($"\n  {key.Name} {key.Value}");
        FilterText.PrintOffload(text, flower, "\n  ", "");
    }

    internal static TcFilter Parse(TcFilter filter, WordReader words, IReadOnlyList<string> lines, int end, ref string unknown)
    {
        TcFlower flower = new([]);
        if (words.Take("handle") && words.TakeHex(out var handle))
            filter = filter with { Handle = handle };
        if (words.Take("classid") && words.TakeHandle(out var classId))
            flower = flower with { ClassId = classId };
        unknown = words.Rest();
        List<TcFlowerKey> keys = [];
        foreach (var line in lines.Take(end).Skip(1).Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            WordReader inner = new(line);
            var name = inner.Next();
            if (FilterText.IsOffload(name))
                flower = flower with { Offload = [.. flower.Offload, name] };
            else
                keys.Add(new TcFlowerKey(name, inner.Rest()));
        }

        return filter with { Classifier = flower with { Keys = keys } };
    }
}
