using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Actions;

namespace Weir.Netlink.TrafficControl.Classifiers;

/// <summary><c>fw</c>: frames whose mark, under the mask, is the filter's handle.</summary>
public sealed record FwClassifier() : Classifier("fw")
{
    /// <summary>The same for all filters of a preference.</summary>
    public uint Mask { get; init; } = uint.MaxValue;
    public string InputDevice { get; init; } = "";
    /// <summary>Attributes that are not known here, by number (TCA_FW_POLICE); it can't be asked for with them.</summary>
    public IReadOnlyList<ushort> Unknown { get; init; } = [];
}

/// <summary>include/uapi/linux/pkt_cls.h</summary>
internal enum FwAttribute : ushort
{
    TCA_FW_CLASSID = 1,
    TCA_FW_INDEV = 3,
    TCA_FW_ACT = 4,
    TCA_FW_MASK = 5,
}

/// <summary>How a FwClassifier looks inside TCA_OPTIONS.</summary>
internal static class FwMessage
{
    internal static void Write(ref NetlinkWriter writer, FwClassifier fw, IReadOnlyList<FilterAction> actions)
    {
        if (fw.Unknown.Count != 0)
            throw new ArgumentException("this fw has options that are not known here", nameof(fw));
        if (fw.ClassId != 0)
            writer.WriteUInt32(FwAttribute.TCA_FW_CLASSID, fw.ClassId);
        if (fw.InputDevice.Length != 0)
            writer.WriteString(FwAttribute.TCA_FW_INDEV, fw.InputDevice);
        ActionMessage.WriteList(ref writer, FwAttribute.TCA_FW_ACT, actions);
        if (fw.Mask != uint.MaxValue)
            writer.WriteUInt32(FwAttribute.TCA_FW_MASK, fw.Mask);
    }

    internal static Filter Read(Filter filter, NetlinkAttributes options)
    {
        FwClassifier fw = new();
        foreach (var attribute in options)
        {
            switch ((FwAttribute)attribute.Type)
            {
                case FwAttribute.TCA_FW_CLASSID:
                    fw = fw with { ClassId = attribute.UInt32 };
                    break;
                case FwAttribute.TCA_FW_INDEV:
                    fw = fw with { InputDevice = attribute.Text };
                    break;
                case FwAttribute.TCA_FW_ACT:
                    filter = filter with { Actions = ActionMessage.ReadList(attribute.Nested) };
                    break;
                case FwAttribute.TCA_FW_MASK:
                    fw = fw with { Mask = attribute.UInt32 };
                    break;
                default:
                    fw = fw with { Unknown = [.. fw.Unknown, attribute.Type] };
                    break;
            }
        }

        return filter with { Classifier = fw };
    }
}
