using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Actions;

namespace Weir.Netlink.TrafficControl.Classifiers;

/// <summary>include/uapi/linux/pkt_cls.h: options of u32.</summary>
internal enum U32Attribute : ushort
{
    TCA_U32_CLASSID = 1,
    TCA_U32_HASH = 2,
    TCA_U32_LINK = 3,
    TCA_U32_DIVISOR = 4,
    TCA_U32_SEL = 5,
    TCA_U32_POLICE = 6,
    TCA_U32_ACT = 7,
    TCA_U32_INDEV = 8,
    TCA_U32_PCNT = 9,
    TCA_U32_MARK = 10,
    TCA_U32_FLAGS = 11,
}

/// <summary>How a U32Classifier looks inside TCA_OPTIONS: the actions, then struct tc_u32_sel with its keys.</summary>
internal static class U32Message
{
    private const byte Terminal = 1, OffsetFlag = 2, VariableOffset = 4, EatFlag = 8;

    /// <summary>struct tc_u32_sel without its keys, 16 bytes. The two masks are big endian.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Selector
    {
        public byte Flags;
        public byte OffsetShift;
        public byte Keys;
        public byte Pad;
        public ushort OffsetMask;
        public ushort Offset;
        public short OffsetAt;
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

    /// <summary>struct tc_u32_mark, 12 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Mark
    {
        public uint Value;
        public uint Mask;
        public uint Success;
    }

    /// <summary>struct tc_u32_pcnt without what is counted for each key.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Counters
    {
        public ulong Tried;
        public ulong Matched;
    }

    internal static void Write(ref NetlinkWriter writer, U32Classifier u32, IReadOnlyList<FilterAction> actions)
    {
        if (u32.Matches.Count > 255)
            throw new ArgumentException("u32 compares at most 255 words", nameof(u32));
        if (u32.Matches.Any(match => match.Offset % 4 != 0))
            throw new ArgumentException("u32 compares words at multiples of four", nameof(u32));
        if (u32.Police.Length != 0)
            throw new ArgumentException("police can be shown, not asked for", nameof(u32));

        if (u32.Divisor != 0)
            writer.WriteUInt32(U32Attribute.TCA_U32_DIVISOR, u32.Divisor);
        if (u32.ClassId != 0)
            writer.WriteUInt32(U32Attribute.TCA_U32_CLASSID, u32.ClassId);
        if (u32.HashTable != 0)
            writer.WriteUInt32(U32Attribute.TCA_U32_HASH, u32.HashTable);
        if (u32.Link != 0)
            writer.WriteUInt32(U32Attribute.TCA_U32_LINK, u32.Link);
        ActionMessage.WriteList(ref writer, U32Attribute.TCA_U32_ACT, actions);
        if (u32.InputDevice.Length != 0)
            writer.WriteString(U32Attribute.TCA_U32_INDEV, u32.InputDevice);
        if (u32.Mark is { } mark)
            writer.WriteBytes(U32Attribute.TCA_U32_MARK, MemoryMarshal.AsBytes([new Mark { Value = mark.Value, Mask = mark.Mask }]));
        if (u32.Divisor == 0)
            WriteSelector(ref writer, u32);
        if ((u32.Offload & (OffloadFlags.SkipHardware | OffloadFlags.SkipSoftware)) is var asked && asked != 0)
            writer.WriteUInt32(U32Attribute.TCA_U32_FLAGS, (uint)asked);
    }

    internal static Filter Read(Filter filter, NetlinkAttributes options)
    {
        var u32 = new U32Classifier { Terminal = false };
        foreach (var attribute in options)
        {
            switch ((U32Attribute)attribute.Type)
            {
                case U32Attribute.TCA_U32_CLASSID:
                    u32 = u32 with { ClassId = attribute.UInt32 };
                    break;
                case U32Attribute.TCA_U32_HASH:
                    u32 = u32 with { HashTable = attribute.UInt32 };
                    break;
                case U32Attribute.TCA_U32_LINK:
                    u32 = u32 with { Link = attribute.UInt32 };
                    break;
                case U32Attribute.TCA_U32_DIVISOR:
                    u32 = u32 with { Divisor = attribute.UInt32 };
                    break;
                case U32Attribute.TCA_U32_SEL:
                    u32 = ReadSelector(u32, attribute);
                    break;
                case U32Attribute.TCA_U32_POLICE:
                    u32 = u32 with { Police = attribute.Value.ToArray() };
                    break;
                case U32Attribute.TCA_U32_ACT:
                    filter = filter with { Actions = ActionMessage.ReadList(attribute.Nested) };
                    break;
                case U32Attribute.TCA_U32_INDEV:
                    u32 = u32 with { InputDevice = attribute.Text };
                    break;
                case U32Attribute.TCA_U32_PCNT:
                    var counters = attribute.Read<Counters>();
                    u32 = u32 with { Tried = counters.Tried, Matched = counters.Matched, MatchedWords = [.. MemoryMarshal.Cast<byte, ulong>(attribute.Value[Math.Min(Unsafe.SizeOf<Counters>(), attribute.Value.Length)..])] };
                    break;
                case U32Attribute.TCA_U32_MARK:
                    var mark = attribute.Read<Mark>();
                    u32 = u32 with { Mark = new U32Mark(mark.Value, mark.Mask) { Success = mark.Success } };
                    break;
                case U32Attribute.TCA_U32_FLAGS:
                    u32 = u32 with { Offload = (OffloadFlags)attribute.UInt32 };
                    break;
            }
        }

        return filter with { Classifier = u32 };
    }

    private static void WriteSelector(ref NetlinkWriter writer, U32Classifier u32)
    {
        // One word under an empty mask is how tc says "everything".
        IReadOnlyList<U32Match> matches = u32.Matches.Count == 0 && u32.Mark is null ? [new U32Match(0, 0, 0)] : u32.Matches;
        var bytes = new byte[Unsafe.SizeOf<Selector>() + (matches.Count * Unsafe.SizeOf<Key>())];
        var offset = u32.Offset;
        MemoryMarshal.Write(bytes, new Selector
        {
            Flags = (byte)((u32.Terminal ? Terminal : 0) | (u32.Eat ? EatFlag : 0) | (offset is null ? 0 : offset.Variable ? VariableOffset : OffsetFlag)),
            OffsetShift = offset?.Shift ?? 0,
            Keys = (byte)matches.Count,
            OffsetMask = BinaryPrimitives.ReverseEndianness(offset?.Mask ?? 0),
            Offset = offset?.Plus ?? 0,
            OffsetAt = offset?.At ?? 0,
            HashOffset = u32.HashOffset,
            HashMask = BinaryPrimitives.ReverseEndianness(u32.HashMask),
        });
        var keys = MemoryMarshal.Cast<byte, Key>(bytes.AsSpan(Unsafe.SizeOf<Selector>()));
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = new Key
            {
                Mask = BinaryPrimitives.ReverseEndianness(matches[i].Mask),
                Value = BinaryPrimitives.ReverseEndianness(matches[i].Value & matches[i].Mask),
                Offset = matches[i].Offset,
                OffsetMask = matches[i].OffsetMask,
            };
        }

        writer.WriteBytes(U32Attribute.TCA_U32_SEL, bytes);
    }

    private static U32Classifier ReadSelector(U32Classifier u32, NetlinkAttribute attribute)
    {
        var matches = new List<U32Match>();
        var selector = attribute.Read<Selector>();
        var position = Unsafe.SizeOf<Selector>();
        for (var i = 0; i < selector.Keys && position + Unsafe.SizeOf<Key>() <= attribute.Value.Length; i++)
        {
            var key = attribute.Read<Key>(position);
            matches.Add(new U32Match(BinaryPrimitives.ReverseEndianness(key.Value), BinaryPrimitives.ReverseEndianness(key.Mask), key.Offset, key.OffsetMask));
            position += Unsafe.SizeOf<Key>();
        }

        return u32 with
        {
            Matches = matches,
            Terminal = (selector.Flags & Terminal) != 0,
            Eat = (selector.Flags & EatFlag) != 0,
            Offset = (selector.Flags & (OffsetFlag | VariableOffset)) == 0 ? null
                : new U32Offset(BinaryPrimitives.ReverseEndianness(selector.OffsetMask), selector.OffsetShift, selector.OffsetAt, selector.Offset, (selector.Flags & VariableOffset) != 0),
            HashMask = BinaryPrimitives.ReverseEndianness(selector.HashMask),
            HashOffset = selector.HashOffset,
        };
    }
}
