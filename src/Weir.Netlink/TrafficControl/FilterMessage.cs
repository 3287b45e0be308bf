using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary>include/uapi/linux/pkt_cls.h: options of cls_bpf.</summary>
internal enum BpfAttribute : ushort
{
    TCA_BPF_ACT = 1,
    TCA_BPF_FD = 6,
    TCA_BPF_NAME = 7,
    TCA_BPF_FLAGS = 8,
    TCA_BPF_TAG = 10,
    TCA_BPF_ID = 11,
}

/// <summary>include/uapi/linux/pkt_cls.h: options of u32.</summary>
internal enum U32Attribute : ushort
{
    TCA_U32_SEL = 5,
    TCA_U32_ACT = 7,
}

/// <summary>include/uapi/linux/pkt_cls.h: one action in a filter's list.</summary>
internal enum ActionAttribute : ushort
{
    TCA_ACT_KIND = 1,
    TCA_ACT_OPTIONS = 2,
}

/// <summary>include/uapi/linux/tc_act/tc_mirred.h</summary>
internal enum MirredAttribute : ushort
{
    TCA_MIRRED_PARMS = 2,
}

/// <summary>include/uapi/linux/pkt_cls.h: what an action says of the frame.</summary>
internal enum ActionControl
{
    TC_ACT_OK = 0,
    TC_ACT_PIPE = 3,
    TC_ACT_STOLEN = 4,
}

/// <summary>How a Filter looks on the wire: struct tcmsg, TCA_KIND, TCA_OPTIONS with the kind's own attributes.</summary>
internal static class FilterMessage
{
    /// <summary>cls_bpf numbers its programs; the first is 1, and a replacement keeps the number.</summary>
    internal const uint BpfHandle = 1;

    private const uint DirectActionFlag = 1;

    /// <summary>struct tc_u32_sel without its keys, 16 bytes. The mask is big endian.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Selector
    {
        public byte Flags;
        public byte OffsetShift;
        public byte Keys;
        public byte Pad;
        public ushort OffsetMask;
        public ushort Offset;
        public short OffsetOffset;
        public short HashOffset;
        public uint HashMask;
    }

    /// <summary>struct tc_u32_key, 16 bytes. Mask and value are big endian.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Key
    {
        public uint Mask;
        public uint Value;
        public int Offset;
        public int OffsetMask;
    }

    /// <summary>struct tc_mirred, 28 bytes: tc_gen, then what and where.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Mirred
    {
        public uint ActionIndex;
        public uint Capabilities;
        public int Control;
        public int References;
        public int Bindings;
        public int EgressAction;
        public int LinkIndex;
    }

    /// <summary>tcm_info: the preference above, the ethertype in network order below.</summary>
    internal static TrafficControlHeader Header(int linkIndex, uint parent, ushort preference, ushort protocol, uint handle) => new()
    {
        LinkIndex = linkIndex,
        Parent = parent,
        Handle = handle,
        Information = (uint)preference << 16 | BinaryPrimitives.ReverseEndianness(protocol),
    };

    internal static void WriteBpf(ref NetlinkWriter writer, int programDescriptor, string name)
    {
        writer.WriteString(TrafficControlAttribute.TCA_KIND, "bpf");
        var options = writer.BeginNested(TrafficControlAttribute.TCA_OPTIONS);
        writer.WriteInt32(BpfAttribute.TCA_BPF_FD, programDescriptor);
        writer.WriteString(BpfAttribute.TCA_BPF_NAME, name);
        writer.WriteUInt32(BpfAttribute.TCA_BPF_FLAGS, DirectActionFlag);
        writer.EndNested(options);
    }

    internal static void WriteU32(ref NetlinkWriter writer, IReadOnlyList<U32Match> matches, MirredAction action)
    {
        writer.WriteString(TrafficControlAttribute.TCA_KIND, "u32");
        var options = writer.BeginNested(TrafficControlAttribute.TCA_OPTIONS);
        WriteMirred(ref writer, action);
        WriteSelector(ref writer, matches);
        writer.EndNested(options);
    }

    internal static Filter? Read(NetlinkMessage message)
    {
        if (message.Type != NetlinkMessageType.RTM_NEWTFILTER)
            return null;
        var header = message.Header<TrafficControlHeader>();
        var filter = new Filter
        {
            LinkIndex = header.LinkIndex,
            Parent = header.Parent,
            Handle = header.Handle,
            Kind = "",
            Preference = (ushort)(header.Information >> 16),
            Protocol = BinaryPrimitives.ReverseEndianness((ushort)header.Information),
        };
        ReadOnlySpan<byte> options = default;
        foreach (var attribute in message.Attributes<TrafficControlHeader>())
        {
            switch ((TrafficControlAttribute)attribute.Type)
            {
                case TrafficControlAttribute.TCA_KIND:
                    filter = filter with { Kind = attribute.Text };
                    break;
                case TrafficControlAttribute.TCA_CHAIN:
                    filter = filter with { Chain = attribute.UInt32 };
                    break;
                case TrafficControlAttribute.TCA_OPTIONS:
                    options = attribute.Value;
                    break;
            }
        }

        filter = filter with { Options = options.ToArray() };
        return filter.Kind switch
        {
            "bpf" => ReadBpf(filter, new NetlinkAttributes(options)),
            "u32" => ReadU32(filter, new NetlinkAttributes(options)),
            _ => filter,
        };
    }

    private static void WriteMirred(ref NetlinkWriter writer, MirredAction action)
    {
        const int egressRedirect = 1;
        var actions = writer.BeginNested(U32Attribute.TCA_U32_ACT);
        var first = writer.BeginNested(1);
        writer.WriteString(ActionAttribute.TCA_ACT_KIND, "mirred");
        var options = writer.BeginNested((ushort)((ushort)ActionAttribute.TCA_ACT_OPTIONS | 0x8000));
        var mirred = new Mirred
        {
            // A redirected frame is gone; a mirrored one goes on, to the next action.
            Control = (int)(action.EgressAction == egressRedirect ? ActionControl.TC_ACT_STOLEN : ActionControl.TC_ACT_PIPE),
            EgressAction = action.EgressAction,
            LinkIndex = action.LinkIndex,
        };
        writer.WriteBytes(MirredAttribute.TCA_MIRRED_PARMS, MemoryMarshal.AsBytes([mirred]));
        writer.EndNested(options);
        writer.EndNested(first);
        writer.EndNested(actions);
    }

    private static void WriteSelector(ref NetlinkWriter writer, IReadOnlyList<U32Match> matches)
    {
        const byte terminal = 1;
        var bytes = new byte[Unsafe.SizeOf<Selector>() + (matches.Count * Unsafe.SizeOf<Key>())];
        MemoryMarshal.Write(bytes, new Selector { Flags = terminal, Keys = (byte)matches.Count });
        var keys = MemoryMarshal.Cast<byte, Key>(bytes.AsSpan(Unsafe.SizeOf<Selector>()));
        for (var i = 0; i < matches.Count; i++)
        {
            keys[i] = new Key
            {
                Mask = BinaryPrimitives.ReverseEndianness(matches[i].Mask),
                Value = BinaryPrimitives.ReverseEndianness(matches[i].Value & matches[i].Mask),
                Offset = matches[i].Offset,
            };
        }

        writer.WriteBytes(U32Attribute.TCA_U32_SEL, bytes);
    }

    private static Filter ReadBpf(Filter filter, NetlinkAttributes options)
    {
        foreach (var attribute in options)
        {
            filter = (BpfAttribute)attribute.Type switch
            {
                BpfAttribute.TCA_BPF_NAME => filter with { BpfName = attribute.Text },
                BpfAttribute.TCA_BPF_ID => filter with { BpfProgramId = attribute.UInt32 },
                BpfAttribute.TCA_BPF_TAG => filter with { BpfTag = attribute.Value.ToArray() },
                BpfAttribute.TCA_BPF_FLAGS => filter with { DirectAction = (attribute.UInt32 & DirectActionFlag) != 0 },
                BpfAttribute.TCA_BPF_ACT => filter with { Actions = ReadActions(attribute.Nested) },
                _ => filter,
            };
        }

        return filter;
    }

    private static Filter ReadU32(Filter filter, NetlinkAttributes options)
    {
        foreach (var attribute in options)
        {
            filter = (U32Attribute)attribute.Type switch
            {
                U32Attribute.TCA_U32_SEL => filter with { Matches = ReadSelector(attribute) },
                U32Attribute.TCA_U32_ACT => filter with { Actions = ReadActions(attribute.Nested) },
                _ => filter,
            };
        }

        return filter;
    }

    private static List<U32Match> ReadSelector(NetlinkAttribute attribute)
    {
        var matches = new List<U32Match>();
        var selector = attribute.Read<Selector>();
        var position = Unsafe.SizeOf<Selector>();
        for (var i = 0; i < selector.Keys && position + Unsafe.SizeOf<Key>() <= attribute.Value.Length; i++)
        {
            var key = attribute.Read<Key>(position);
            matches.Add(new U32Match(BinaryPrimitives.ReverseEndianness(key.Value), BinaryPrimitives.ReverseEndianness(key.Mask), key.Offset));
            position += Unsafe.SizeOf<Key>();
        }

        return matches;
    }

    private static List<FilterAction> ReadActions(NetlinkAttributes list)
    {
        var actions = new List<FilterAction>();
        foreach (var entry in list)
            actions.Add(ReadAction(entry.Nested));
        return actions;
    }

    private static FilterAction ReadAction(NetlinkAttributes attributes)
    {
        var action = new FilterAction("", null, 0);
        foreach (var attribute in attributes)
        {
            action = (ActionAttribute)attribute.Type switch
            {
                ActionAttribute.TCA_ACT_KIND => action with { Kind = attribute.Text },
                ActionAttribute.TCA_ACT_OPTIONS => ReadParameters(action, attribute.Nested),
                _ => action,
            };
        }

        return action;
    }

    /// <summary>The parameters of nearly all actions are attribute 2 and begin with tc_gen; mirred's go on with what and where.</summary>
    private static FilterAction ReadParameters(FilterAction action, NetlinkAttributes options)
    {
        foreach (var attribute in options)
        {
            if ((MirredAttribute)attribute.Type != MirredAttribute.TCA_MIRRED_PARMS)
                continue;
            var mirred = attribute.Read<Mirred>();
            action = action with { Control = mirred.Control, Mirred = action.Kind == "mirred" ? new MirredAction(mirred.EgressAction, mirred.LinkIndex) : null };
        }

        return action;
    }
}
