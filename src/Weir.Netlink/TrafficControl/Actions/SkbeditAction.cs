using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Actions;

/// <summary><c>action skbedit</c>: changes what the kernel keeps beside a frame. What is null stays as it is.</summary>
public sealed record SkbeditAction() : FilterAction("skbedit", ActionControl.Pipe)
{
    public ushort? QueueMapping { get; init; }
    /// <summary>A class, see <see cref="TrafficHandle"/>.</summary>
    public uint? Priority { get; init; }
    public uint? Mark { get; init; }
    /// <summary>Which bits of the mark; null for all.</summary>
    public uint? MarkMask { get; init; }
    /// <summary>PACKET_HOST 0, PACKET_BROADCAST 1, PACKET_MULTICAST 2, PACKET_OTHERHOST 3 (include/uapi/linux/if_packet.h).</summary>
    public ushort? PacketType { get; init; }
    /// <summary>SKBEDIT_F_INHERITDSFIELD: the priority from the IP header.</summary>
    public bool InheritDsField { get; init; }
}

/// <summary>include/uapi/linux/tc_act/tc_skbedit.h</summary>
internal enum SkbeditAttribute : ushort
{
    TCA_SKBEDIT_TM = 1,
    TCA_SKBEDIT_PARMS = 2,
    TCA_SKBEDIT_PRIORITY = 3,
    TCA_SKBEDIT_QUEUE_MAPPING = 4,
    TCA_SKBEDIT_MARK = 5,
    TCA_SKBEDIT_PTYPE = 7,
    TCA_SKBEDIT_MASK = 8,
    TCA_SKBEDIT_FLAGS = 9,
}

/// <summary>How a SkbeditAction looks on the wire: TCA_SKBEDIT_PARMS with tc_gen, and an attribute for each change.</summary>
internal static class SkbeditMessage
{
    private const ulong InheritDsFieldFlag = 0x20;

    internal static void Write(ref NetlinkWriter writer, SkbeditAction action)
    {
        writer.WriteBytes(SkbeditAttribute.TCA_SKBEDIT_PARMS, MemoryMarshal.AsBytes([ActionParameters.Of(action)]));
        if (action.QueueMapping is { } queue)
            writer.WriteUInt16(SkbeditAttribute.TCA_SKBEDIT_QUEUE_MAPPING, queue);
        if (action.Priority is { } priority)
            writer.WriteUInt32(SkbeditAttribute.TCA_SKBEDIT_PRIORITY, priority);
        if (action.Mark is { } mark)
            writer.WriteUInt32(SkbeditAttribute.TCA_SKBEDIT_MARK, mark);
        if (action.MarkMask is { } mask)
            writer.WriteUInt32(SkbeditAttribute.TCA_SKBEDIT_MASK, mask);
        if (action.PacketType is { } type)
            writer.WriteUInt16(SkbeditAttribute.TCA_SKBEDIT_PTYPE, type);
        if (action.InheritDsField)
            writer.WriteBytes(SkbeditAttribute.TCA_SKBEDIT_FLAGS, MemoryMarshal.AsBytes([InheritDsFieldFlag]));
    }

    internal static FilterAction Read(NetlinkAttributes options)
    {
        var action = new SkbeditAction();
        foreach (var attribute in options)
        {
            action = (SkbeditAttribute)attribute.Type switch
            {
                SkbeditAttribute.TCA_SKBEDIT_PARMS => attribute.Read<ActionParameters>().ApplyTo(action),
                SkbeditAttribute.TCA_SKBEDIT_QUEUE_MAPPING => action with { QueueMapping = attribute.UInt16 },
                SkbeditAttribute.TCA_SKBEDIT_PRIORITY => action with { Priority = attribute.UInt32 },
                SkbeditAttribute.TCA_SKBEDIT_MARK => action with { Mark = attribute.UInt32 },
                SkbeditAttribute.TCA_SKBEDIT_MASK => action with { MarkMask = attribute.UInt32 },
                SkbeditAttribute.TCA_SKBEDIT_PTYPE => action with { PacketType = attribute.UInt16 },
                SkbeditAttribute.TCA_SKBEDIT_FLAGS => action with { InheritDsField = (attribute.UInt64 & InheritDsFieldFlag) != 0 },
                _ => action,
            };
        }

        return action;
    }
}
