using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Actions;

namespace Weir.Netlink.TrafficControl.Classifiers;

/// <summary><c>bpf object-pinned … direct-action</c>: a program decides.</summary>
public sealed record BpfClassifier() : Classifier("bpf")
{
    public string Name { get; init; } = "";
    /// <summary>The program to attach; only in requests.</summary>
    public int ProgramDescriptor { get; init; }
    /// <summary>The program's return value says what becomes of the frame (TC_ACT_).</summary>
    public bool DirectAction { get; init; }
    /// <summary>Only in lists.</summary>
    public uint ProgramId { get; init; }
    /// <summary>The first 8 bytes of a hash over the instructions; only in lists.</summary>
    public byte[] Tag { get; init; } = [];
}

/// <summary>include/uapi/linux/pkt_cls.h: options of cls_bpf.</summary>
internal enum BpfAttribute : ushort
{
    TCA_BPF_ACT = 1,
    TCA_BPF_CLASSID = 3,
    TCA_BPF_FD = 6,
    TCA_BPF_NAME = 7,
    TCA_BPF_FLAGS = 8,
    TCA_BPF_FLAGS_GEN = 9,
    TCA_BPF_TAG = 10,
    TCA_BPF_ID = 11,
}

/// <summary>How a BpfClassifier looks inside TCA_OPTIONS.</summary>
internal static class BpfMessage
{
    private const uint DirectActionFlag = 1;

    internal static void Write(ref NetlinkWriter writer, BpfClassifier classifier, IReadOnlyList<FilterAction> actions)
    {
        ActionMessage.WriteList(ref writer, BpfAttribute.TCA_BPF_ACT, actions);
        if (classifier.ClassId != 0)
            writer.WriteUInt32(BpfAttribute.TCA_BPF_CLASSID, classifier.ClassId);
        writer.WriteInt32(BpfAttribute.TCA_BPF_FD, classifier.ProgramDescriptor);
        writer.WriteString(BpfAttribute.TCA_BPF_NAME, classifier.Name);
        if (classifier.DirectAction)
            writer.WriteUInt32(BpfAttribute.TCA_BPF_FLAGS, DirectActionFlag);
    }

    internal static Filter Read(Filter filter, NetlinkAttributes options)
    {
        var bpf = new BpfClassifier();
        foreach (var attribute in options)
        {
            switch ((BpfAttribute)attribute.Type)
            {
                case BpfAttribute.TCA_BPF_ACT:
                    filter = filter with { Actions = ActionMessage.ReadList(attribute.Nested) };
                    break;
                case BpfAttribute.TCA_BPF_CLASSID:
                    bpf = bpf with { ClassId = attribute.UInt32 };
                    break;
                case BpfAttribute.TCA_BPF_NAME:
                    bpf = bpf with { Name = attribute.Text };
                    break;
                case BpfAttribute.TCA_BPF_FLAGS:
                    bpf = bpf with { DirectAction = (attribute.UInt32 & DirectActionFlag) != 0 };
                    break;
                case BpfAttribute.TCA_BPF_FLAGS_GEN:
                    bpf = bpf with { Offload = (OffloadFlags)attribute.UInt32 };
                    break;
                case BpfAttribute.TCA_BPF_TAG:
                    bpf = bpf with { Tag = attribute.Value.ToArray() };
                    break;
                case BpfAttribute.TCA_BPF_ID:
                    bpf = bpf with { ProgramId = attribute.UInt32 };
                    break;
            }
        }

        return filter with { Classifier = bpf };
    }
}
