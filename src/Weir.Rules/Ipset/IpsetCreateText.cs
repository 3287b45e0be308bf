using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Rules.Text;

namespace Weir.Rules.Ipset;

/// <summary>Sets as <c>ipset create</c> reads and <c>ipset save</c> prints them.</summary>
internal static class IpsetCreateText
{
    internal static IpsetCommand? Parse(IReadOnlyList<string> words, IpsetContext context, out string reason)
    {
        if (words.Count < 3 || !IpsetText.IsName(words[1]))
        {
            reason = "create needs a name of at most 31 bytes and a kind: create NAME hash:ip";
            return null;
        }

        if (IpsetKind.TypeOf(words[2]) is not { } type)
        {
            reason = $"Weir does not know the kind {words[2]}; it knows hash:ip, hash:net, hash:ip,port, hash:net,port, hash:ip,port,ip, hash:ip,port,net, hash:net,iface, bitmap:ip, bitmap:port and list:set";
            return null;
        }

        reason = "";
        var create = new IpsetCreate(words[1], type);
        for (var at = 3; at < words.Count;)
        {
            if (ParseOption(create, words, ref at, context, out reason) is not { } next)
                return null;
            create = next;
        }

        reason = Contradiction(create);
        return reason.Length == 0 ? create : null;
    }

    internal static void Print(StringBuilder text, IpsetCreate create)
    {
        text.Append($"create {create.Name} {create.Type}");
        if (create.Family is { } family)
            text.Append(family == IpsetFamily.Inet ? " family inet" : " family inet6");
        if (create.Range is { } range)
            text.Append(CultureInfo.InvariantCulture, $" range {range.First}-{range.Last}");
        if (create.Addresses is { } addresses)
            text.Append($" range {InetText.Print(addresses.First)}-{InetText.Print(addresses.Last)}");
        Number(text, "hashsize", create.HashSize);
        Number(text, "maxelem", create.MaxElements);
        Number(text, "size", create.Size);
        if (create.Type is "hash:ip" or "bitmap:ip")
            Masks(text, create);
        Number(text, "timeout", create.Timeout);
        Flag(text, "counters", create.Counters);
        Flag(text, "comment", create.Comments);
        Flag(text, "forceadd", create.ForceAdd);
        Flag(text, "skbinfo", create.SkbInfo);
        Number(text, "bucketsize", create.BucketSize);
        if (create.InitialValue is { } initial)
            text.Append(CultureInfo.InvariantCulture, $" initval 0x{initial:x8}");
        // The masks came to hash:ip,port later, and stand at its end.
        if (create.Type is not ("hash:ip" or "bitmap:ip"))
            Masks(text, create);
    }

    private static IpsetCreate? ParseOption(IpsetCreate create, IReadOnlyList<string> words, ref int at, IpsetContext context, out string reason)
    {
        var name = words[at++];
        reason = "";
        var flag = (name, create.Kind.IsHash) switch
        {
            ("counters", _) => create with { Counters = true },
            ("comment", _) => create with { Comments = true },
            ("skbinfo", _) => create with { SkbInfo = true },
            ("forceadd", true) => create with { ForceAdd = true },
            ("-4", true) when create.Family is null => create with { Family = IpsetFamily.Inet },
            ("-6", true) when create.Family is null => create with { Family = IpsetFamily.Inet6 },
            _ => null,
        };
        if (flag is not null)
            return flag;
        if (at >= words.Count)
        {
            reason = $"{name} is not known for {create.Type}, or its value is missing";
            return null;
        }

        var value = words[at++];
        reason = $"{value} is no value for {name}, or {name} is not known for {create.Type} or said twice";
        return (create.Type == "list:set" ? ListOption(create, name, value) : create.Kind.IsHash ? HashOption(create, name, value) : BitmapOption(create, name, value, context))
            ?? (name == "timeout" && create.Timeout is null && IpsetNumber.Parse(value, 0, IpsetText.LongestTimeout) is { } seconds ? create with { Timeout = (uint)seconds } : null);
    }

    private static IpsetCreate? ListOption(IpsetCreate create, string name, string value) =>
        name == "size" && create.Size is null && IpsetNumber.Parse(value, 0, uint.MaxValue) is { } size ? create with { Size = (uint)size } : null;

    private static IpsetCreate? BitmapOption(IpsetCreate create, string name, string value, IpsetContext context) =>
        create.Type == "bitmap:ip" ? AddressBitmapOption(create, name, value) : name == "range" && create.Range is null && IpsetPorts.ParseRange(value, context) is { } range ? create with { Range = range } : null;

    private static IpsetCreate? AddressBitmapOption(IpsetCreate create, string name, string value) => name switch
    {
        "range" when create.Addresses is null && Addresses(value) is { } addresses => create with { Addresses = addresses },
        "netmask" when create.Netmask is null && IpsetNumber.Parse(value, 1, 32) is { } netmask => create with { Netmask = (byte)netmask },
        _ => null,
    };

    /// <summary>10.0.0.0-10.0.0.255 or 10.0.0.0/24.</summary>
    private static (IPAddress First, IPAddress Last)? Addresses(string text)
    {
        var slash = text.IndexOf('/');
        var dash = text.IndexOf('-');
        if (slash > 0 && Ipv4(text.AsSpan(0, slash)) is { } network && IpsetNumber.Parse(text.AsSpan(slash + 1), 1, 32) is { } length)
        {
            var hosts = length == 32 ? 0 : uint.MaxValue >> (int)length;
            return (Ipv4(network & ~hosts), Ipv4(network | hosts));
        }

        return dash > 0 && Ipv4(text.AsSpan(0, dash)) is { } first && Ipv4(text.AsSpan(dash + 1)) is { } last ? (Ipv4(first), Ipv4(last)) : null;
    }

    private static uint? Ipv4(ReadOnlySpan<char> text) =>
        InetText.Parse(text) is { AddressFamily: AddressFamily.InterNetwork } address ? BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()) : null;

    private static IPAddress Ipv4(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return new IPAddress(bytes);
    }

    private static IpsetCreate? HashOption(IpsetCreate create, string name, string value) => name switch
    {
        "family" when create.Family is null => value switch
        {
            "inet" or "ipv4" or "-4" => create with { Family = IpsetFamily.Inet },
            "inet6" or "ipv6" or "-6" => create with { Family = IpsetFamily.Inet6 },
            _ => null,
        },
        "hashsize" when create.HashSize is null && IpsetNumber.Parse(value, 0, uint.MaxValue) is { } size => create with { HashSize = (uint)size },
        "maxelem" when create.MaxElements is null && IpsetNumber.Parse(value, 0, uint.MaxValue) is { } most => create with { MaxElements = (uint)most },
        "bucketsize" when create.BucketSize is null && IpsetNumber.Parse(value, 0, byte.MaxValue) is { } bucket => create with { BucketSize = (byte)bucket },
        "initval" when create.InitialValue is null && IpsetNumber.Parse(value, 0, uint.MaxValue) is { } initial => create with { InitialValue = (uint)initial },
        "netmask" when create.Kind.HasMasks && create.Netmask is null && IpsetNumber.Parse(value, 1, 128) is { } netmask => create with { Netmask = (byte)netmask },
        "bitmask" when create.Kind.HasMasks && create.Bitmask is null && InetText.Parse(value) is { } bitmask => create with { Bitmask = bitmask },
        _ => null,
    };

    private static string Contradiction(IpsetCreate create) => create switch
    {
        { Type: "bitmap:port", Range: null } => "bitmap:port needs its range: range 1-1024",
        { Type: "bitmap:ip", Addresses: null } => "bitmap:ip needs its range: range 10.0.0.0/24",
        { Netmask: not null, Bitmask: not null } => "netmask and bitmask exclude each other",
        { Netmask: > 32, Family: null or IpsetFamily.Inet } => "the netmask of IPv4 goes from 1 to 32",
        { Bitmask: { } mask } when (mask.AddressFamily == AddressFamily.InterNetwork) != (create.Kind.Family == IpsetFamily.Inet) => "the bitmask is of another family than the set",
        _ => "",
    };

    private static void Masks(StringBuilder text, IpsetCreate create)
    {
        Number(text, "netmask", create.Netmask);
        if (create.Bitmask is { } bitmask)
            text.Append(" bitmask ").Append(InetText.Print(bitmask));
    }

    private static void Number(StringBuilder text, string name, uint? value)
    {
        if (value is { } number)
            text.Append(CultureInfo.InvariantCulture, $" {name} {number}");
    }

    private static void Flag(StringBuilder text, string name, bool value)
    {
        if (value)
            text.Append(' ').Append(name);
    }
}
