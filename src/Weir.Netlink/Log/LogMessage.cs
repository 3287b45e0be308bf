using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Log;

/// <summary>How a log group's requests look on the wire: struct nfgenmsg with the group's number, then NFULA_CFG_ attributes, numbers in network order.</summary>
/// <remarks>
/// <code>
/// NFULA_CFG_CMD   { u8 command }
/// NFULA_CFG_MODE  { be32 copy_range, u8 copy_mode, u8 pad }
/// </code>
/// </remarks>
internal static class LogMessage
{
    internal const uint LargestCopy = 65_531;

    private const byte CopyMeta = 1;
    private const byte CopyPacket = 2;

    /// <summary>struct nfgenmsg; the group's number is in network order.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        public byte Family;
        public byte Version;
        public ushort Group;
    }

    internal static void WriteBind(ref NetlinkWriter writer, PacketLogOptions options)
    {
        writer.WriteFixed(new Header { Group = BinaryPrimitives.ReverseEndianness(options.Group) });
        writer.WriteUInt8(LogConfigAttribute.NFULA_CFG_CMD, (byte)LogCommand.NFULNL_CFG_CMD_BIND);
        Span<byte> mode = stackalloc byte[6];
        mode.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(mode, Math.Min(options.CopyRange, LargestCopy));
        mode[4] = options.CopyRange == 0 ? CopyMeta : CopyPacket;
        writer.WriteBytes(LogConfigAttribute.NFULA_CFG_MODE, mode);
        if (options.Timeout is { } timeout)
            writer.WriteUInt32(LogConfigAttribute.NFULA_CFG_TIMEOUT, BinaryPrimitives.ReverseEndianness((uint)Math.Clamp(timeout.TotalMilliseconds / 10, 0, uint.MaxValue)));
        if (options.Threshold is { } threshold)
            writer.WriteUInt32(LogConfigAttribute.NFULA_CFG_QTHRESH, BinaryPrimitives.ReverseEndianness(threshold));
        writer.WriteUInt16BigEndian(LogConfigAttribute.NFULA_CFG_FLAGS, (ushort)LogFlags.NFULNL_CFG_F_SEQ);
    }
}
