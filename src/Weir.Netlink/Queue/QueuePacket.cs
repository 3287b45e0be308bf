using System.Buffers.Binary;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Queue;

/// <summary>A packet that waits for its verdict, in place: valid until the next receive.</summary>
public readonly ref struct QueuePacket
{
    private readonly NetlinkAttributes _attributes;

    internal QueuePacket(NetlinkMessage message)
    {
        _attributes = message.Attributes<QueueMessage.Header>();
        foreach (var attribute in _attributes)
        {
            switch ((QueueAttribute)attribute.Type)
            {
                // struct nfqnl_msg_packet_hdr, 7 bytes, packed: be32 packet_id, be16 hw_protocol, u8 hook.
                case QueueAttribute.NFQA_PACKET_HDR:
                    Id = BinaryPrimitives.ReverseEndianness(attribute.UInt32);
                    EtherType = BinaryPrimitives.ReverseEndianness(attribute.Read<ushort>(4));
                    Hook = attribute.Read<byte>(6);
                    break;
                case QueueAttribute.NFQA_MARK:
                    Mark = Number(attribute);
                    break;
                case QueueAttribute.NFQA_IFINDEX_INDEV:
                    InputLink = (int)Number(attribute);
                    break;
                case QueueAttribute.NFQA_IFINDEX_OUTDEV:
                    OutputLink = (int)Number(attribute);
                    break;
                case QueueAttribute.NFQA_PAYLOAD:
                    Payload = attribute.Value;
                    break;
                case QueueAttribute.NFQA_CAP_LEN:
                    Length = Number(attribute);
                    break;
                case QueueAttribute.NFQA_SKB_INFO:
                    Info = (QueueSkbInfo)Number(attribute);
                    break;
                case QueueAttribute.NFQA_UID:
                    UserId = Number(attribute);
                    break;
                case QueueAttribute.NFQA_GID:
                    GroupId = Number(attribute);
                    break;
            }
        }

        // CAP_LEN comes only with a packet that was cut.
        if (Length == 0)
            Length = (uint)Payload.Length;
    }

    /// <summary>Counts up in each queue; a verdict names it.</summary>
    public uint Id { get; }

    /// <summary>0x0800 IPv4, 0x86dd IPv6.</summary>
    public ushort EtherType { get; }

    /// <summary>NF_INET_: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting.</summary>
    public byte Hook { get; }

    public uint Mark { get; }

    /// <summary>The link's index; 0 for a packet that was made here.</summary>
    public int InputLink { get; }

    /// <summary>The link's index; 0 where it is not known yet.</summary>
    public int OutputLink { get; }

    /// <summary>The packet from its IP header on, as far as the copy range goes.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The packet's whole length.</summary>
    public uint Length { get; }

    /// <summary>Its transport checksum is not filled in: whoever changes the payload computes it.</summary>
    public bool HasPartialChecksum => Info.HasFlag(QueueSkbInfo.NFQA_SKB_CSUMNOTREADY);

    /// <summary>It is larger than one packet on the wire and will be cut.</summary>
    public bool IsSegmented => Info.HasFlag(QueueSkbInfo.NFQA_SKB_GSO);

    /// <summary>Of the socket that sent it; null for forwarded packets and without the flag.</summary>
    public uint? UserId { get; }

    /// <inheritdoc cref="UserId"/>
    public uint? GroupId { get; }

    /// <summary>The sender's link-layer address: struct nfqnl_msg_packet_hw { be16 length, pad, u8 address[8] }; empty when there is none.</summary>
    public ReadOnlySpan<byte> SourceHardwareAddress
    {
        get
        {
            var value = Find(QueueAttribute.NFQA_HWADDR);
            var length = value.Length >= 4 ? BinaryPrimitives.ReadUInt16BigEndian(value) : 0;
            return length <= value.Length - 4 ? value.Slice(4, length) : default;
        }
    }

    /// <summary>When the kernel received it; null for a packet that was made here.</summary>
    public DateTimeOffset? Received
    {
        get
        {
            var value = Find(QueueAttribute.NFQA_TIMESTAMP);
            if (value.Length < 16)
                return null;
            var (seconds, microseconds) = (BinaryPrimitives.ReadInt64BigEndian(value), BinaryPrimitives.ReadInt64BigEndian(value[8..]));
            return seconds is >= 0 and < 200_000_000_000 && microseconds is >= 0 and < 1_000_000
                ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(microseconds)
                : null;
        }
    }

    /// <summary>The bridge's port it came in by; 0 when it did not.</summary>
    public int PhysicalInputLink => Index(QueueAttribute.NFQA_IFINDEX_PHYSINDEV);

    /// <summary>The bridge's port it goes out by; 0 when it does not.</summary>
    public int PhysicalOutputLink => Index(QueueAttribute.NFQA_IFINDEX_PHYSOUTDEV);

    /// <summary>The link-layer header, for queues of a bridge.</summary>
    public ReadOnlySpan<byte> LinkHeader => Find(QueueAttribute.NFQA_L2HDR);

    private QueueSkbInfo Info { get; }

    private static uint Number(NetlinkAttribute attribute) => BinaryPrimitives.ReverseEndianness(attribute.UInt32);

    private int Index(QueueAttribute type)
    {
        var value = Find(type);
        return value.Length >= 4 ? BinaryPrimitives.ReadInt32BigEndian(value) : 0;
    }

    private ReadOnlySpan<byte> Find(QueueAttribute type)
    {
        foreach (var attribute in _attributes)
        {
            if (attribute.Type == (ushort)type)
                return attribute.Value;
        }

        return default;
    }
}
