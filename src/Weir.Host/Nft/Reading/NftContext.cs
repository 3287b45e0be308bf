using Weir.Netlink.Nftables;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Reading;

/// <summary>
/// What the matches of a rule so far say about a packet's headers, and which of them a later match makes superfluous:
/// nft 1.0.6 src/payload.c, src/proto.c.
/// </summary>
internal sealed class NftContext
{
    internal const int Link = 1, Network = 2, Transport = 3, Inner = 4;

    private readonly NftFamily _family;
    private readonly Dependency?[] _dependencies = new Dependency?[Inner + 1];
    private NftHeader? _link;
    private NftHeader? _transport;
    private bool _isVlan;
    private byte? _messageType;

    internal NftContext(NftFamily family)
    {
        _family = family;
        _link = family == NftFamily.Bridge ? NftHeaders.Ether : null;
        NetworkHeader = family switch
        {
            NftFamily.Ip => NftHeaders.Ip,
            NftFamily.Ip6 => NftHeaders.Ip6,
            NftFamily.Arp => NftHeaders.Arp,
            _ => null,
        };
    }

    internal NftHeader? NetworkHeader { get; private set; }

    internal NftHeader? TransportHeader => _transport;

    private bool IsMixed => _family is NftFamily.Inet or NftFamily.Bridge or NftFamily.Netdev;

    /// <summary>The field that begins at a place; it may be longer or shorter than asked for.</summary>
    internal (NftHeader? Header, NftField? Field) FieldAt(NftHeaderBase start, int offset, int bits)
    {
        var header = start switch
        {
            NftHeaderBase.Link => _isVlan && offset >= 112 ? NftHeaders.Vlan : _link,
            NftHeaderBase.Network => NetworkHeader,
            NftHeaderBase.Transport => _transport,
            _ => null,
        };
        if (header is null && start == NftHeaderBase.Transport && bits == 16 && offset is 0 or 16)
            header = NftHeaders.Th;
        var field = header?.Fields.FirstOrDefault(known => known.Offset == offset && (known.MessageTypes.Count == 0 || _messageType is null || known.MessageTypes.Contains(_messageType.Value)));
        return field is null ? (null, null) : (header, field);
    }

    /// <summary>The field that these bits are, neither more nor less of them.</summary>
    internal (NftHeader Header, NftField Field)? FieldAt(NftNode.Packet packet) =>
        FieldAt(packet.Base, packet.Offset, packet.Bits) is { Header: { } header, Field: { } field } && field.Bits == packet.Bits ? (header, field) : null;

    /// <summary>The field that a mask cuts out, and by how many bits it lies too high.</summary>
    internal (NftHeader Header, NftField Field, int Shift)? FieldUnder(NftNode.Packet packet, UInt128 mask)
    {
        if (mask == 0)
            return null;
        var shift = (int)UInt128.TrailingZeroCount(mask);
        var bits = 128 - (int)UInt128.LeadingZeroCount(mask) - shift;
        if (mask >> shift != Ones(bits))
            return null;
        return FieldAt(packet with { Offset = packet.Offset + packet.Bits - shift - bits, Bits = bits }) is { } place ? (place.Header, place.Field, shift) : null;
    }

    internal (NftHeader Header, NftField Field, int Shift)? FieldUnder(NftNode.Packet packet, NftValue mask) =>
        FieldUnder(packet, NftSpec.Of(NftDataTypes.Integer, packet.Bits).Decode(mask.Span));

    internal static UInt128 Ones(int bits) => bits >= 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1;

    /// <summary>Nothing that was matched so far may go any more.</summary>
    internal void Reset() => Array.Clear(_dependencies);

    internal int? Release(int level)
    {
        var index = _dependencies[level] is not null ? level : level == Transport && _dependencies[Inner] is not null ? Inner : 0;
        if (_dependencies[index] is not { } dependency)
            return null;
        _dependencies[index] = null;
        return dependency.Entry;
    }

    /// <summary>The match that a look at this field makes superfluous.</summary>
    internal int? Kill(NftHeader header, NftField field)
    {
        var level = (int)header.Base + 1;
        if (header == NftHeaders.Th || Get(level) is not { } dependency)
            return null;
        // nft 1.0.6 hides this match; without it the rule would say another thing.
        if (header.Base == NftHeaderBase.Transport && dependency is { Meta: "l4proto" } or { Header.Base: NftHeaderBase.Network } && NftHeaders.Transport((uint)dependency.Value) != header)
            return null;
        if (IsMixed && dependency.Header is { } below)
        {
            if (below.Base == NftHeaderBase.Network && below != NftHeaders.Arp && header.Base == NftHeaderBase.Transport)
                return null;
            if (below.Base == header.Base)
            {
                if (header.ProtocolField == field.Name)
                    return null;
                if (header.Base == NftHeaderBase.Link && (below == NftHeaders.Vlan || (below == NftHeaders.Ether && dependency.Value != NftHeaders.Vlan.Protocol)))
                    return null;
            }
        }

        if (header.Base == NftHeaderBase.Transport && dependency.Header is { Base: NftHeaderBase.Transport } message)
        {
            if (message == NftHeaders.Icmp || message == NftHeaders.Icmp6)
            {
                if (field.MessageTypes.Count == 0 || message != header || _messageType is not { } type || field.MessageTypes.Count > 1 || !field.MessageTypes.Contains(type))
                    return null;
            }
        }

        return Release(level);
    }

    /// <summary>A field was compared with one value.</summary>
    internal void Match(NftHeader header, NftField field, UInt128 value, int entry)
    {
        if (header.ProtocolField != field.Name)
            return;
        var level = (int)header.Base + 1;
        switch (header.Base)
        {
            case NftHeaderBase.Link when value == NftHeaders.Vlan.Protocol && header == NftHeaders.Ether:
                _isVlan = true;
                level--;
                break;
            case NftHeaderBase.Link:
                NetworkHeader = NftHeaders.Network((uint)value);
                break;
            case NftHeaderBase.Network:
                _transport = NftHeaders.Transport((uint)value) ?? _transport;
                break;
            case NftHeaderBase.Transport:
                _messageType = (byte)value;
                // An echo's request and reply have the same fields: nft always leaves them in place.
                if ((header == NftHeaders.Icmp && _messageType is 0 or 8) || (header == NftHeaders.Icmp6 && _messageType is 128 or 129))
                    return;
                break;
        }

        _dependencies[Math.Min(level + 1, Inner)] = new Dependency(entry, header, value, null);
    }

    /// <summary>A set of message types was looked up: the first one says which fields follow.</summary>
    internal void LearnMessage(NftHeaderBase start, int offset, int bits, byte type)
    {
        if (start == NftHeaderBase.Transport && offset == 0 && bits == 8 && (_transport == NftHeaders.Icmp || _transport == NftHeaders.Icmp6))
            _messageType ??= type;
    }

    /// <summary>Something that the kernel knows was compared with one value; gives the matches that this makes superfluous.</summary>
    internal List<int> Match(NftTerm term, UInt128 value, int entry)
    {
        var killed = new List<int>();
        if (term is not NftTerm.Meta meta)
            return killed;
        switch (meta.Key)
        {
            case "iiftype" or "oiftype":
                if (value == 1)
                    _link = NftHeaders.Ether;
                _dependencies[Link] = new Dependency(entry, null, value, meta.Key);
                break;
            case "nfproto":
                NetworkHeader = value == (uint)NftFamily.Ip ? NftHeaders.Ip : value == (uint)NftFamily.Ip6 ? NftHeaders.Ip6 : NetworkHeader;
                Store(killed, Link, new Dependency(entry, null, value, meta.Key));
                break;
            case "protocol":
                if (value == NftHeaders.Vlan.Protocol)
                    _isVlan = true;
                else
                    NetworkHeader = NftHeaders.Network((uint)value) ?? NetworkHeader;
                Store(killed, Link, new Dependency(entry, null, value, meta.Key));
                break;
            case "l4proto":
                _transport = NftHeaders.Transport((uint)value);
                Store(killed, Network, new Dependency(entry, null, value, meta.Key));
                break;
        }

        return killed;
    }

    private Dependency? Get(int level) => _dependencies[level] ?? (level == Transport ? _dependencies[Inner] : null);

    private void Store(List<int> killed, int level, Dependency dependency)
    {
        if (Get(level) is not null && MayKill(dependency) && Release(level) is { } entry)
            killed.Add(entry);
        _dependencies[level + 1] = dependency;
    }

    /// <summary>A match of the network protocol stays where the transport protocol could be in either.</summary>
    private bool MayKill(Dependency next)
    {
        const uint icmp = 1, icmp6 = 58;
        if (_dependencies[Network] is not { } dependency)
            return true;
        NftHeader? network;
        if (dependency.Meta == "nfproto")
            network = dependency.Value == (uint)NftFamily.Ip ? NftHeaders.Ip : dependency.Value == (uint)NftFamily.Ip6 ? NftHeaders.Ip6 : null;
        else if (dependency.Meta == "protocol" || dependency.Header is { Base: NftHeaderBase.Link })
            network = NftHeaders.Network((uint)dependency.Value);
        else
            return true;
        if (_family is NftFamily.Ip or NftFamily.Ip6)
            return network == (_family == NftFamily.Ip ? NftHeaders.Ip : NftHeaders.Ip6);
        if (!IsMixed || next.Meta != "l4proto")
            return true;
        if (next.Value != icmp && next.Value != icmp6)
            return false;
        return !(network == NftHeaders.Ip && next.Value == icmp6) && !(network == NftHeaders.Ip6 && next.Value == icmp);
    }

    /// <param name="Header">Of a field; null for what the kernel knows by itself.</param>
    /// <param name="Meta">The key of that.</param>
    private sealed record Dependency(int Entry, NftHeader? Header, UInt128 Value, string? Meta);
}
