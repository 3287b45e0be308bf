using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Actions;

namespace Weir.Netlink.TrafficControl.Classifiers;

/// <summary><c>basic</c>: every frame of the filter's protocol, as far as its expressions (ematch) let them; those are not known here.</summary>
public sealed record BasicClassifier() : Classifier("basic")
{
    /// <summary>Attributes that are not known here, by number (TCA_BASIC_EMATCHES); it can't be asked for with them.</summary>
    public IReadOnlyList<ushort> Unknown { get; init; } = [];
}

/// <summary>include/uapi/linux/pkt_cls.h</summary>
internal enum BasicAttribute : ushort
{
    TCA_BASIC_CLASSID = 1,
    TCA_BASIC_EMATCHES = 2,
    TCA_BASIC_ACT = 3,
    TCA_BASIC_PCNT = 5,
    TCA_BASIC_PAD = 6,
}

/// <summary>How a BasicClassifier looks inside TCA_OPTIONS.</summary>
internal static class BasicMessage
{
    internal static void Write(ref NetlinkWriter writer, BasicClassifier basic, IReadOnlyList<FilterAction> actions)
    {
        if (basic.Unknown.Count != 0)
            throw new ArgumentException("this basic has expressions, which are not known here", nameof(basic));
        if (basic.ClassId != 0)
            writer.WriteUInt32(BasicAttribute.TCA_BASIC_CLASSID, basic.ClassId);
        ActionMessage.WriteList(ref writer, BasicAttribute.TCA_BASIC_ACT, actions);
    }

    internal static Filter Read(Filter filter, NetlinkAttributes options)
    {
        BasicClassifier basic = new();
        foreach (var attribute in options)
        {
            switch ((BasicAttribute)attribute.Type)
            {
                case BasicAttribute.TCA_BASIC_CLASSID:
                    basic = basic with { ClassId = attribute.UInt32 };
                    break;
                case BasicAttribute.TCA_BASIC_ACT:
                    filter = filter with { Actions = ActionMessage.ReadList(attribute.Nested) };
                    break;
                case BasicAttribute.TCA_BASIC_EMATCHES when !HasMatches(attribute.Nested):
                    break;
                case BasicAttribute.TCA_BASIC_PCNT or BasicAttribute.TCA_BASIC_PAD:
                    break;
                default:
                    basic = basic with { Unknown = [.. basic.Unknown, attribute.Type] };
                    break;
            }
        }

        return filter with { Classifier = basic };
    }

    /// <summary>A tree of none is always there: struct tcf_ematch_tree_hdr begins with their number.</summary>
    private static bool HasMatches(NetlinkAttributes tree)
    {
        const ushort header = 1;
        foreach (var attribute in tree)
        {
            if (attribute.Type == header)
                return attribute.UInt16 != 0;
        }

        return false;
    }
}
