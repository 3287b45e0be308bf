using Weir.Netlink.Protocol;

namespace Weir.Netlink.Ethtool;

/// <summary>How features look on the wire: four sets of bits by name, of which the first (what can be changed) lists all, the others only those that are set.</summary>
internal sealed class FeaturesMessage
{
    private readonly SortedDictionary<string, bool> _changeable = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wanted = [];
    private readonly HashSet<string> _active = [];
    private readonly HashSet<string> _fixed = [];

    internal static void WriteWanted(ref NetlinkWriter writer, IReadOnlyDictionary<string, bool> features)
    {
        // ETHTOOL_A_FEATURES_WANTED { BITS { BIT { NAME, VALUE as a flag }, ... } }: bits that are not named stay as they are.
        var set = BeginNested(ref writer, (ushort)FeaturesAttribute.ETHTOOL_A_FEATURES_WANTED);
        var bits = BeginNested(ref writer, (ushort)BitsetAttribute.ETHTOOL_A_BITSET_BITS);
        foreach (var (name, on) in features)
        {
            var bit = BeginNested(ref writer, (ushort)BitsetListAttribute.ETHTOOL_A_BITSET_BITS_BIT);
            writer.WriteString(BitAttribute.ETHTOOL_A_BITSET_BIT_NAME, name);
            if (on)
                writer.WriteBytes(BitAttribute.ETHTOOL_A_BITSET_BIT_VALUE, default);
            writer.EndNested(bit);
        }

        writer.EndNested(bits);
        writer.EndNested(set);
    }

    internal void Read(NetlinkMessage message)
    {
        foreach (var attribute in message.Attributes<GenericHeader>())
        {
            switch ((FeaturesAttribute)attribute.Type)
            {
                case FeaturesAttribute.ETHTOOL_A_FEATURES_HW:
                    ReadBits(attribute.Nested, (name, on) => _changeable[name] = on);
                    break;
                case FeaturesAttribute.ETHTOOL_A_FEATURES_WANTED:
                    ReadBits(attribute.Nested, (name, _) => _wanted.Add(name));
                    break;
                case FeaturesAttribute.ETHTOOL_A_FEATURES_ACTIVE:
                    ReadBits(attribute.Nested, (name, _) => _active.Add(name));
                    break;
                case FeaturesAttribute.ETHTOOL_A_FEATURES_NOCHANGE:
                    ReadBits(attribute.Nested, (name, _) => _fixed.Add(name));
                    break;
            }
        }
    }

    internal IReadOnlyList<LinkFeature> Features() =>
    [
        .. _changeable.Select(feature => new LinkFeature
        {
            Name = feature.Key,
            IsActive = _active.Contains(feature.Key),
            IsWanted = _wanted.Contains(feature.Key),
            IsFixed = !feature.Value || _fixed.Contains(feature.Key),
        }),
    ];

    private static NestStart BeginNested(ref NetlinkWriter writer, ushort type) => writer.BeginNested((ushort)(type | EthtoolExchange.NLA_F_NESTED));

    private static void ReadBits(NetlinkAttributes bitset, Action<string, bool> bit)
    {
        foreach (var part in bitset)
        {
            if ((BitsetAttribute)part.Type != BitsetAttribute.ETHTOOL_A_BITSET_BITS)
                continue;
            foreach (var one in part.Nested)
            {
                if ((BitsetListAttribute)one.Type == BitsetListAttribute.ETHTOOL_A_BITSET_BITS_BIT)
                    ReadBit(one.Nested, bit);
            }
        }
    }

    private static void ReadBit(NetlinkAttributes attributes, Action<string, bool> bit)
    {
        var name = "";
        var isSet = false;
        foreach (var attribute in attributes)
        {
            switch ((BitAttribute)attribute.Type)
            {
                case BitAttribute.ETHTOOL_A_BITSET_BIT_NAME:
                    name = attribute.Text;
                    break;
                case BitAttribute.ETHTOOL_A_BITSET_BIT_VALUE:
                    isSet = true;
                    break;
            }
        }

        if (name.Length > 0)
            bit(name, isSet);
    }
}
