using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft;

/// <summary>TCP options and IPv6 extension headers: where their fields lie. RFC 9293 3.1, RFC 7323, RFC 2018, RFC 8200 4.</summary>
internal static class NftExtensions
{
    private static readonly (string Name, byte Type)[] Options =
        [("eol", 0), ("nop", 1), ("maxseg", 2), ("window", 3), ("sack-perm", 4), ("sack", 5), ("sack0", 5), ("timestamp", 8), ("md5sig", 19), ("mptcp", 30), ("fastopen", 34)];

    private static readonly (string Option, string Field, uint Offset, uint Length)[] OptionFields =
        [("maxseg", "size", 2, 2), ("window", "count", 2, 1), ("sack", "left", 2, 4), ("sack", "right", 6, 4), ("timestamp", "tsval", 2, 4), ("timestamp", "tsecr", 6, 4)];

    private static readonly (string Name, byte Type)[] Headers = [("hbh", 0), ("rt", 43), ("frag", 44), ("dst", 60), ("mh", 135)];

    private static readonly (string Header, string Field, uint Offset, uint Length, NftDataType Type)[] HeaderFields =
    [
        ("hbh", "nexthdr", 0, 1, NftDataTypes.Protocol), ("hbh", "hdrlength", 1, 1, NftDataTypes.Integer),
        ("rt", "nexthdr", 0, 1, NftDataTypes.Protocol), ("rt", "hdrlength", 1, 1, NftDataTypes.Integer), ("rt", "type", 2, 1, NftDataTypes.Integer), ("rt", "seg-left", 3, 1, NftDataTypes.Integer),
        ("frag", "nexthdr", 0, 1, NftDataTypes.Protocol), ("frag", "reserved", 1, 1, NftDataTypes.Integer), ("frag", "id", 4, 4, NftDataTypes.Integer),
        ("dst", "nexthdr", 0, 1, NftDataTypes.Protocol), ("dst", "hdrlength", 1, 1, NftDataTypes.Integer),
        ("mh", "nexthdr", 0, 1, NftDataTypes.Protocol), ("mh", "hdrlength", 1, 1, NftDataTypes.Integer), ("mh", "type", 2, 1, NftDataTypes.MhType), ("mh", "reserved", 3, 1, NftDataTypes.Integer), ("mh", "checksum", 4, 2, NftDataTypes.Integer),
    ];

    internal readonly record struct Place(NftSpec Spec, byte Type, uint Offset, uint Length);

    /// <summary>Null for fields that are not covered.</summary>
    internal static Place? TcpOption(NftTerm.TcpOption option)
    {
        if (Options.FirstOrDefault(known => known.Name == option.Option) is not { Name: { } name } found)
            return byte.TryParse(option.Option, System.Globalization.CultureInfo.InvariantCulture, out var number) && option.Field is null ? new Place(NftSpec.Of(NftDataTypes.Boolean), number, 0, 1) : null;
        switch (option.Field)
        {
            case null:
                return new Place(NftSpec.Of(NftDataTypes.Boolean), found.Type, 0, 1);
            case "kind":
                return new Place(NftSpec.Of(NftDataTypes.Integer, 8), found.Type, 0, 1);
            case "length":
                return new Place(NftSpec.Of(NftDataTypes.Integer, 8), found.Type, 1, 1);
        }

        if (name == "sack0")
            name = "sack";
        var field = OptionFields.FirstOrDefault(known => known.Option == name && known.Field == option.Field);
        return field.Option is null ? null : new Place(NftSpec.Of(NftDataTypes.Integer, (int)field.Length * 8), found.Type, field.Offset, field.Length);
    }

    internal static NftTerm.TcpOption? TcpOption(byte type, uint offset, uint length, bool isPresence)
    {
        if (Options.FirstOrDefault(known => known.Type == type).Name is not { } name)
            return isPresence ? new NftTerm.TcpOption(type.ToString(System.Globalization.CultureInfo.InvariantCulture), null) : null;
        if (isPresence)
            return new NftTerm.TcpOption(name, null);
        if (length == 1 && offset < 2)
            return new NftTerm.TcpOption(name, offset == 0 ? "kind" : "length");
        var field = OptionFields.FirstOrDefault(known => known.Option == name && known.Offset == offset && known.Length == length);
        return field.Option is null ? null : new NftTerm.TcpOption(name, field.Field);
    }

    /// <summary>Null for fields that are not covered.</summary>
    internal static Place? Header(NftTerm.ExtensionHeader header)
    {
        var found = Headers.FirstOrDefault(known => known.Name == header.Header);
        if (found.Name is null)
            return null;
        if (header.Field is null)
            return new Place(NftSpec.Of(NftDataTypes.Boolean), found.Type, 0, 1);
        var field = HeaderFields.FirstOrDefault(known => known.Header == header.Header && known.Field == header.Field);
        return field.Header is null ? null : new Place(NftSpec.Of(field.Type, (int)field.Length * 8), found.Type, field.Offset, field.Length);
    }

    internal static NftTerm.ExtensionHeader? Header(byte type, uint offset, uint length, bool isPresence)
    {
        var name = Headers.FirstOrDefault(known => known.Type == type).Name;
        if (name is null)
            return null;
        if (isPresence)
            return new NftTerm.ExtensionHeader(name, null);
        var field = HeaderFields.FirstOrDefault(known => known.Header == name && known.Offset == offset && known.Length == length);
        return field.Header is null ? null : new NftTerm.ExtensionHeader(name, field.Field);
    }
}
