using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Actions;

namespace Weir.Netlink.TrafficControl.Classifiers;

/// <summary><c>matchall</c>: every frame of the filter's protocol.</summary>
public sealed record MatchallClassifier() : Classifier("matchall")
{
    /// <summary>How many frames it matched; only in lists, and null when the kernel does not count them (before Linux 4.20).</summary>
    public ulong? Matched { get; init; }
}

/// <summary>include/uapi/linux/pkt_cls.h: options of cls_matchall.</summary>
internal enum MatchallAttribute : ushort
{
    TCA_MATCHALL_CLASSID = 1,
    TCA_MATCHALL_ACT = 2,
    TCA_MATCHALL_FLAGS = 3,
    TCA_MATCHALL_PCNT = 4,
}

/// <summary>How a MatchallClassifier looks inside TCA_OPTIONS.</summary>
internal static class MatchallMessage
{
    internal static void Write(ref NetlinkWriter writer, MatchallClassifier classifier, IReadOnlyList<FilterAction> actions)
    {
        if (classifier.ClassId != 0)
            writer.WriteUInt32(MatchallAttribute.TCA_MATCHALL_CLASSID, classifier.ClassId);
        ActionMessage.WriteList(ref writer, MatchallAttribute.TCA_MATCHALL_ACT, actions);
        if (classifier.Offload != OffloadFlags.None)
            writer.WriteUInt32(MatchallAttribute.TCA_MATCHALL_FLAGS, (uint)classifier.Offload);
    }

    internal static Filter Read(Filter filter, NetlinkAttributes options)
    {
        var matchall = new MatchallClassifier();
        foreach (var attribute in options)
        {
            switch ((MatchallAttribute)attribute.Type)
            {
                case MatchallAttribute.TCA_MATCHALL_CLASSID:
                    matchall = matchall with { ClassId = attribute.UInt32 };
                    break;
                case MatchallAttribute.TCA_MATCHALL_ACT:
                    filter = filter with { Actions = ActionMessage.ReadList(attribute.Nested) };
                    break;
                case MatchallAttribute.TCA_MATCHALL_FLAGS:
                    matchall = matchall with { Offload = (OffloadFlags)attribute.UInt32 };
                    break;
                case MatchallAttribute.TCA_MATCHALL_PCNT:
                    // struct tc_matchall_pcnt { u64 rhit; }
                    matchall = matchall with { Matched = attribute.UInt64 };
                    break;
            }
        }

        return filter with { Classifier = matchall };
    }
}
