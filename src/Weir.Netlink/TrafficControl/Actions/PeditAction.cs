using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Actions;

/// <summary>include/uapi/linux/tc_act/tc_pedit.h: the header that a key's offset counts from (TCA_PEDIT_KEY_EX_HDR_TYPE_).</summary>
public enum PeditHeader : ushort
{
    /// <summary>The network header, whatever it is; the only one without <c>ex</c>. Offsets may be negative.</summary>
    Network = 0,
    Ethernet = 1,
    Ipv4 = 2,
    Ipv6 = 3,
    Tcp = 4,
    Udp = 5,
}

/// <summary>include/uapi/linux/tc_act/tc_pedit.h: TCA_PEDIT_KEY_EX_CMD_.</summary>
public enum PeditCommand : ushort
{
    Set = 0,
    Add = 1,
}

/// <summary>One word changed by pedit: <c>word = (word AND mask) XOR value</c>, so the mask names the bits that stay.</summary>
/// <param name="Offset">In bytes from <see cref="Header"/>; a multiple of 4 (the kernel also takes others of tc's making).</param>
public readonly record struct PeditKey(int Offset, uint Value, uint Mask)
{
    public PeditHeader Header { get; init; }
    public PeditCommand Command { get; init; }
    /// <summary>Where a byte lies that moves the offset; <c>(byte AND OffsetMask) &gt;&gt; Shift</c>. All 0 for none.</summary>
    public int At { get; init; }
    public uint OffsetMask { get; init; }
    public uint Shift { get; init; }
}

/// <summary><c>action pedit munge …</c>; with <see cref="Extended"/>, <c>pedit ex</c>.</summary>
public sealed record PeditAction(IReadOnlyList<PeditKey> Keys) : FilterAction("pedit", ActionControl.Pass)
{
    /// <summary>Keys name their header and may add. Needed when one of them is not <see cref="PeditHeader.Network"/> and <see cref="PeditCommand.Set"/>.</summary>
    public bool Extended { get; init; }
}

/// <summary>include/uapi/linux/tc_act/tc_pedit.h</summary>
internal enum PeditAttribute : ushort
{
    TCA_PEDIT_TM = 1,
    TCA_PEDIT_PARMS = 2,
    TCA_PEDIT_PARMS_EX = 4,
    TCA_PEDIT_KEYS_EX = 5,
    TCA_PEDIT_KEY_EX = 6,
}

/// <summary>include/uapi/linux/tc_act/tc_pedit.h</summary>
internal enum PeditKeyAttribute : ushort
{
    TCA_PEDIT_KEY_EX_HTYPE = 1,
    TCA_PEDIT_KEY_EX_CMD = 2,
}

/// <summary>How a PeditAction looks on the wire: struct tc_pedit_sel with its keys; extended, a nest beside it with header and command of each key.</summary>
internal static class PeditMessage
{
    private const ushort Nested = 0x8000;

    /// <summary>struct tc_pedit_sel without its keys, 24 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Selector
    {
        public ActionParameters Parameters;
        public byte Keys;
        public byte Flags;
        public ushort Pad;
    }

    /// <summary>struct tc_pedit_key, 24 bytes. Mask and value are big endian.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Key
    {
        public uint Mask;
        public uint Value;
        public int Offset;
        public int At;
        public uint OffsetMask;
        public uint Shift;
    }

    internal static void Write(ref NetlinkWriter writer, PeditAction action)
    {
        if (action.Keys.Count is 0 or > 128)
            throw new ArgumentException("pedit changes 1 to 128 words", nameof(action));
        var bytes = new byte[Unsafe.SizeOf<Selector>() + (action.Keys.Count * Unsafe.SizeOf<Key>())];
        MemoryMarshal.Write(bytes, new Selector { Parameters = ActionParameters.Of(action), Keys = (byte)action.Keys.Count });
        var keys = MemoryMarshal.Cast<byte, Key>(bytes.AsSpan(Unsafe.SizeOf<Selector>()));
        for (var i = 0; i < keys.Length; i++)
            keys[i] = ToKey(action.Keys[i]);
        writer.WriteBytes(action.Extended ? PeditAttribute.TCA_PEDIT_PARMS_EX : PeditAttribute.TCA_PEDIT_PARMS, bytes);
        if (action.Extended)
            WriteExtended(ref writer, action.Keys);
    }

    internal static FilterAction Read(NetlinkAttributes options)
    {
        var action = new PeditAction([]);
        List<(PeditHeader Header, PeditCommand Command)> extended = [];
        foreach (var attribute in options)
        {
            switch ((PeditAttribute)attribute.Type)
            {
                case PeditAttribute.TCA_PEDIT_PARMS:
                    action = ReadSelector(attribute, isExtended: false);
                    break;
                case PeditAttribute.TCA_PEDIT_PARMS_EX:
                    action = ReadSelector(attribute, isExtended: true);
                    break;
                case PeditAttribute.TCA_PEDIT_KEYS_EX:
                    extended = ReadExtended(attribute.Nested);
                    break;
            }
        }

        return extended.Count == 0 ? action
            : action with { Keys = [.. action.Keys.Select((key, i) => i < extended.Count ? key with { Header = extended[i].Header, Command = extended[i].Command } : key)] };
    }

    private static Key ToKey(PeditKey key) => new()
    {
        Mask = BinaryPrimitives.ReverseEndianness(key.Mask),
        Value = BinaryPrimitives.ReverseEndianness(key.Value),
        Offset = key.Offset,
        At = key.At,
        OffsetMask = key.OffsetMask,
        Shift = key.Shift,
    };

    private static void WriteExtended(ref NetlinkWriter writer, IReadOnlyList<PeditKey> keys)
    {
        var list = writer.BeginNested((ushort)((ushort)PeditAttribute.TCA_PEDIT_KEYS_EX | Nested));
        foreach (var key in keys)
        {
            var entry = writer.BeginNested((ushort)((ushort)PeditAttribute.TCA_PEDIT_KEY_EX | Nested));
            writer.WriteUInt16(PeditKeyAttribute.TCA_PEDIT_KEY_EX_HTYPE, (ushort)key.Header);
            writer.WriteUInt16(PeditKeyAttribute.TCA_PEDIT_KEY_EX_CMD, (ushort)key.Command);
            writer.EndNested(entry);
        }

        writer.EndNested(list);
    }

    private static PeditAction ReadSelector(NetlinkAttribute attribute, bool isExtended)
    {
        var selector = attribute.Read<Selector>();
        var keys = new List<PeditKey>();
        var position = Unsafe.SizeOf<Selector>();
        for (var i = 0; i < selector.Keys && position + Unsafe.SizeOf<Key>() <= attribute.Value.Length; i++)
        {
            var key = attribute.Read<Key>(position);
            keys.Add(new PeditKey(key.Offset, BinaryPrimitives.ReverseEndianness(key.Value), BinaryPrimitives.ReverseEndianness(key.Mask)) { At = key.At, OffsetMask = key.OffsetMask, Shift = key.Shift });
            position += Unsafe.SizeOf<Key>();
        }

        return selector.Parameters.ApplyTo(new PeditAction(keys) { Extended = isExtended });
    }

    private static List<(PeditHeader Header, PeditCommand Command)> ReadExtended(NetlinkAttributes list)
    {
        List<(PeditHeader, PeditCommand)> keys = [];
        foreach (var entry in list)
        {
            var (header, command) = (PeditHeader.Network, PeditCommand.Set);
            foreach (var attribute in entry.Nested)
            {
                if ((PeditKeyAttribute)attribute.Type == PeditKeyAttribute.TCA_PEDIT_KEY_EX_HTYPE)
                    header = (PeditHeader)attribute.UInt16;
                else if ((PeditKeyAttribute)attribute.Type == PeditKeyAttribute.TCA_PEDIT_KEY_EX_CMD)
                    command = (PeditCommand)attribute.UInt16;
            }

            keys.Add((header, command));
        }

        return keys;
    }
}
