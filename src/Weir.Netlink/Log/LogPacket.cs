using System.Buffers.Binary;
using System.Text;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Log;

/// <summary>A packet that a rule logged, in place: valid until the next receive.</summary>
public readonly ref struct LogPacket
{
    internal LogPacket(NetlinkMessage message)
    {
        foreach (var attribute in message.Attributes<LogMessage.Header>())
        {
            switch ((LogAttribute)attribute.Type)
            {
                // struct nfulnl_msg_packet_hdr: be16 hw_protocol, u8 hook, pad.
                case LogAttribute.NFULA_PACKET_HDR:
                    EtherType = BinaryPrimitives.ReverseEndianness(attribute.UInt16);
                    Hook = attribute.Read<byte>(2);
                    break;
                case LogAttribute.NFULA_MARK:
                    Mark = Number(attribute);
                    break;
                case LogAttribute.NFULA_IFINDEX_INDEV:
                    InputLink = (int)Number(attribute);
                    break;
                case LogAttribute.NFULA_IFINDEX_OUTDEV:
                    OutputLink = (int)Number(attribute);
                    break;
                case LogAttribute.NFULA_IFINDEX_PHYSINDEV:
                    PhysicalInputLink = (int)Number(attribute);
                    break;
                case LogAttribute.NFULA_IFINDEX_PHYSOUTDEV:
                    PhysicalOutputLink = (int)Number(attribute);
                    break;
                case LogAttribute.NFULA_HWADDR:
                    HardwareAddressField = attribute.Value;
                    break;
                case LogAttribute.NFULA_PAYLOAD:
                    Payload = attribute.Value;
                    break;
                case LogAttribute.NFULA_PREFIX:
                    PrefixBytes = attribute.Value.TrimEnd((byte)0);
                    break;
                case LogAttribute.NFULA_UID:
                    UserId = Number(attribute);
                    break;
                case LogAttribute.NFULA_GID:
                    GroupId = Number(attribute);
                    break;
                case LogAttribute.NFULA_SEQ:
                    Sequence = Number(attribute);
                    break;
            }
        }
    }

    /// <summary>0x0800 IPv4, 0x86dd IPv6.</summary>
    public ushort EtherType { get; }

    /// <summary>NF_INET_: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting.</summary>
    public byte Hook { get; }

    public uint Mark { get; }

    /// <summary>The link's index; 0 for a packet that was made here.</summary>
    public int InputLink { get; }

    /// <summary>The link's index; 0 where it is not known yet.</summary>
    public int OutputLink { get; }

    /// <summary>The bridge's port it came in by; 0 when it did not.</summary>
    public int PhysicalInputLink { get; }

    /// <summary>The bridge's port it goes out by; 0 when it does not.</summary>
    public int PhysicalOutputLink { get; }

    /// <summary>The packet from its IP header on, as far as the copy range goes.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>What the rule says of it (<c>--nflog-prefix</c>), as bytes.</summary>
    public ReadOnlySpan<byte> PrefixBytes { get; }

    /// <inheritdoc cref="PrefixBytes"/>
    public string Prefix => Encoding.UTF8.GetString(PrefixBytes);

    /// <summary>Of the socket that sent it; null for a packet from elsewhere.</summary>
    public uint? UserId { get; }

    /// <inheritdoc cref="UserId"/>
    public uint? GroupId { get; }

    /// <summary>Counts the group's packets: a gap is a loss.</summary>
    public uint? Sequence { get; }

    /// <summary>The sender's link-layer address: struct nfulnl_msg_packet_hw { be16 length, pad, u8 address[8] }; empty when there is none.</summary>
    public ReadOnlySpan<byte> SourceHardwareAddress
    {
        get
        {
            var length = HardwareAddressField.Length >= 4 ? BinaryPrimitives.ReadUInt16BigEndian(HardwareAddressField) : 0;
            return length <= HardwareAddressField.Length - 4 ? HardwareAddressField.Slice(4, length) : default;
        }
    }

    private ReadOnlySpan<byte> HardwareAddressField { get; }

    private static uint Number(NetlinkAttribute attribute) => BinaryPrimitives.ReverseEndianness(attribute.UInt32);
}
