using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Queue;

/// <summary>How a queue's requests look on the wire: struct nfgenmsg with the queue's number, then NFQA_ attributes, numbers in network order.</summary>
/// <remarks>
/// <code>
/// NFQA_CFG_CMD      { u8 command, u8 pad, be16 family }
/// NFQA_CFG_PARAMS   { be32 copy_range, u8 copy_mode }                5 bytes, packed
/// NFQA_VERDICT_HDR  { be32 verdict, be32 id }
/// </code>
/// </remarks>
internal static class QueueMessage
{
    /// <summary>What one attribute holds: the kernel cuts a larger range to it.</summary>
    internal const uint LargestCopy = 65_531;

    private const byte CopyMeta = 1;
    private const byte CopyPacket = 2;

    /// <summary>struct nfgenmsg; the queue's number is in network order.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        public byte Family;
        public byte Version;
        public ushort Queue;
    }

    internal static void Begin(ref NetlinkWriter writer, ushort queue) => writer.WriteFixed(new Header { Queue = BinaryPrimitives.ReverseEndianness(queue) });

    internal static void WriteBind(ref NetlinkWriter writer, PacketQueueOptions options)
    {
        Begin(ref writer, options.Number);
        writer.WriteBytes(QueueConfigAttribute.NFQA_CFG_CMD, [(byte)QueueCommand.NFQNL_CFG_CMD_BIND, 0, 0, 0]);
        Span<byte> parameters = stackalloc byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(parameters, Math.Min(options.CopyRange, LargestCopy));
        parameters[4] = options.CopyRange == 0 ? CopyMeta : CopyPacket;
        writer.WriteBytes(QueueConfigAttribute.NFQA_CFG_PARAMS, parameters);
        if (options.Length is { } length)
            writer.WriteUInt32(QueueConfigAttribute.NFQA_CFG_QUEUE_MAXLEN, BinaryPrimitives.ReverseEndianness(length));
    }

    internal static void WriteUnbind(ref NetlinkWriter writer, ushort queue)
    {
        Begin(ref writer, queue);
        writer.WriteBytes(QueueConfigAttribute.NFQA_CFG_CMD, [(byte)QueueCommand.NFQNL_CFG_CMD_UNBIND, 0, 0, 0]);
    }

    internal static void WriteFlag(ref NetlinkWriter writer, ushort queue, QueueFlags flag, bool on)
    {
        Begin(ref writer, queue);
        writer.WriteUInt32(QueueConfigAttribute.NFQA_CFG_MASK, BinaryPrimitives.ReverseEndianness((uint)flag));
        writer.WriteUInt32(QueueConfigAttribute.NFQA_CFG_FLAGS, on ? BinaryPrimitives.ReverseEndianness((uint)flag) : 0);
    }

    internal static void WriteVerdict(ref NetlinkWriter writer, ushort queue, uint id, QueueVerdict verdict, uint? mark)
    {
        Begin(ref writer, queue);
        Span<byte> header = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(header, verdict.Value);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], id);
        writer.WriteBytes(QueueAttribute.NFQA_VERDICT_HDR, header);
        if (mark is { } value)
            writer.WriteUInt32(QueueAttribute.NFQA_MARK, BinaryPrimitives.ReverseEndianness(value));
    }
}
