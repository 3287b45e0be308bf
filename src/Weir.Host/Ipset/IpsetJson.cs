using System.Text.Json;
using Weir.Netlink.Ipset;
using Weir.Rules.Ipset;
using Weir.Rules.Text;

namespace Weir.Host.Ipset;

/// <summary>Sets as JSON, with the words of <c>ipset save</c>; ipset has no form of its own.</summary>
internal static class IpsetJson
{
    internal static void Write(Utf8JsonWriter writer, IpsetContent set)
    {
        var definition = set.Definition;
        writer.WriteStartObject();
        writer.WriteString("name", definition.Name);
        writer.WriteString("type", definition.Type);
        if (definition.Family != System.Net.Sockets.AddressFamily.Unspecified)
            writer.WriteString("family", definition.Family == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "inet6" : "inet");
        if (definition.Ports is { } ports)
            writer.WriteString("range", $"{ports.First}-{ports.Last}");
        if (definition.Addresses is { } addresses)
            writer.WriteString("range", $"{InetText.Print(addresses.First)}-{InetText.Print(addresses.Last)}");
        Write(writer, "hashsize", definition.HashSize);
        Write(writer, "maxelem", definition.MaxElements);
        Write(writer, "size", definition.Size);
        Write(writer, "netmask", definition.Netmask);
        if (definition.Bitmask is { } bitmask)
            writer.WriteString("bitmask", InetText.Print(bitmask));
        Write(writer, "timeout", definition.Timeout);
        writer.WriteBoolean("counters", definition.Counters);
        writer.WriteBoolean("comment", definition.Comments);
        writer.WriteBoolean("forceadd", definition.ForceAdd);
        writer.WriteBoolean("skbinfo", definition.SkbInfo);
        Write(writer, "bucketsize", definition.BucketSize);
        Write(writer, "initval", definition.InitialValue);
        writer.WriteNumber("references", set.References);
        writer.WriteNumber("memory", set.Memory);
        writer.WriteStartArray("elements");
        foreach (var element in set.Elements)
            Write(writer, IpsetModel.FromKernel(element));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IpsetEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("element", IpsetText.PrintElement(entry));
        Write(writer, "timeout", entry.Timeout);
        if (entry.NoMatch)
            writer.WriteBoolean("nomatch", true);
        if (entry.AnyLinkLike)
            writer.WriteBoolean("wildcard", true);
        Write(writer, "packets", entry.Packets);
        Write(writer, "bytes", entry.Bytes);
        if (entry.Comment is { } comment)
            writer.WriteString("comment", comment);
        if (entry.SkbMark is { } mark)
        {
            writer.WriteNumber("skbmark", mark.Mark);
            writer.WriteNumber("skbmask", mark.Mask);
        }

        Write(writer, "skbprio", entry.SkbPriority);
        Write(writer, "skbqueue", entry.SkbQueue);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, ulong? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
    }
}
