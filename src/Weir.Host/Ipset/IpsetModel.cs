using System.Net.Sockets;
using Weir.Netlink.Ipset;
using Weir.Rules.Ipset;

namespace Weir.Host.Ipset;

/// <summary>Sets and elements of the text's model as those of the kernel, and back.</summary>
internal static class IpsetModel
{
    internal static IpsetDefinition ToKernel(IpsetCreate create) => new()
    {
        Name = create.Name,
        Type = create.Type,
        Family = create.Type == "bitmap:ip" ? AddressFamily.InterNetwork
            : !create.Type.StartsWith("hash:", StringComparison.Ordinal) ? AddressFamily.Unspecified
            : create.Kind.Family == IpsetFamily.Inet ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6,
        HashSize = create.HashSize,
        MaxElements = create.MaxElements,
        Netmask = create.Netmask,
        Bitmask = create.Bitmask,
        Timeout = create.Timeout,
        Counters = create.Counters,
        Comments = create.Comments,
        ForceAdd = create.ForceAdd,
        SkbInfo = create.SkbInfo,
        BucketSize = create.BucketSize,
        InitialValue = create.InitialValue,
        Ports = create.Range,
        Addresses = create.Addresses,
        // ipset(8): the default of list:set is 8; the kernel has one of its own.
        Size = create.Type == "list:set" ? create.Size ?? 8 : null,
    };

    internal static IpsetElement ToKernel(IpsetEntry entry) => new()
    {
        Address = entry.Address,
        LastAddress = entry.LastAddress,
        PrefixLength = entry.PrefixLength,
        Protocol = entry.Protocol,
        Port = entry.Port,
        LastPort = entry.LastPort,
        SecondAddress = entry.SecondAddress,
        SecondLastAddress = entry.SecondLastAddress,
        SecondPrefixLength = entry.SecondPrefixLength,
        Link = entry.Link,
        PhysicalLink = entry.PhysicalLink,
        AnyLinkLike = entry.AnyLinkLike,
        SetName = entry.Member,
        Neighbor = entry.Neighbor,
        BeforeNeighbor = entry.BeforeNeighbor,
        Timeout = entry.Timeout,
        NoMatch = entry.NoMatch,
        Packets = entry.Packets,
        Bytes = entry.Bytes,
        Comment = entry.Comment,
        SkbMark = entry.SkbMark,
        SkbPriority = entry.SkbPriority,
        SkbQueue = entry.SkbQueue,
    };

    internal static IpsetKind KindOf(IpsetDefinition definition) =>
        new(definition.Type, definition.Family == AddressFamily.InterNetworkV6 ? IpsetFamily.Inet6 : IpsetFamily.Inet);

    /// <summary>A set as the lines that <c>ipset save</c> prints of it.</summary>
    internal static IEnumerable<IpsetCommand> FromKernel(IpsetContent set)
    {
        if (IpsetKind.TypeOf(set.Definition.Type) is null)
        {
            yield return new IpsetVerbatim($"# {set.Definition.Name}: sets of the kind {set.Definition.Type} are not shown");
            yield break;
        }

        yield return FromKernel(set.Definition);
        foreach (var element in set.Elements)
            yield return new IpsetAdd(set.Definition.Name, FromKernel(element));
    }

    internal static IpsetCreate FromKernel(IpsetDefinition definition) => new(definition.Name, definition.Type)
    {
        Family = definition.Family switch
        {
            _ when !definition.Type.StartsWith("hash:", StringComparison.Ordinal) => null,
            AddressFamily.InterNetwork => IpsetFamily.Inet,
            AddressFamily.InterNetworkV6 => IpsetFamily.Inet6,
            _ => null,
        },
        HashSize = definition.HashSize,
        MaxElements = definition.MaxElements,
        Netmask = definition.Netmask,
        Bitmask = definition.Bitmask,
        Timeout = definition.Timeout,
        Counters = definition.Counters,
        Comments = definition.Comments,
        // Not ForceAdd: ipset 7.17 reads it and does not print it.
        SkbInfo = definition.SkbInfo,
        BucketSize = definition.BucketSize,
        InitialValue = definition.InitialValue,
        Range = definition.Ports,
        Addresses = definition.Addresses,
        Size = definition.Size,
    };

    internal static IpsetEntry FromKernel(IpsetElement element) => new()
    {
        Address = element.Address,
        LastAddress = element.LastAddress,
        PrefixLength = element.PrefixLength,
        Protocol = element.Protocol,
        Port = element.Port,
        LastPort = element.LastPort,
        SecondAddress = element.SecondAddress,
        SecondLastAddress = element.SecondLastAddress,
        SecondPrefixLength = element.SecondPrefixLength,
        Link = element.Link,
        PhysicalLink = element.PhysicalLink,
        AnyLinkLike = element.AnyLinkLike,
        Member = element.SetName,
        Timeout = element.Timeout,
        NoMatch = element.NoMatch,
        Packets = element.Packets,
        Bytes = element.Bytes,
        Comment = element.Comment,
        SkbMark = element.SkbMark,
        SkbPriority = element.SkbPriority,
        SkbQueue = element.SkbQueue,
    };
}
