using Weir.Packets;
using Weir.TcpIp.Ip;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Neighbors;

/// <summary>Reports of Multicast Listener Discovery, written into frames (RFC 3810 5.2; of the first version RFC 2710 3).</summary>
/// <remarks>
/// <code>
/// IPv6, hop limit 1 | hop-by-hop: router alert (RFC 2711), PadN | one of
/// type 143 | code 0 | checksum | reserved (2) | records (2), each: kind (1) | 0 (1) | sources, none (2) | group (16)
/// type 131 | code 0 | checksum | 0 (4) | group (16)
/// </code>
/// </remarks>
internal static class ListenerMessages
{
    /// <summary>RFC 3810 5.2.12: the state now, which is: from everybody but nobody.</summary>
    public const byte ModeIsExclude = 2;

    /// <summary>The state has become that.</summary>
    public const byte ChangeToExcludeMode = 4;

    private const int RecordSize = 20;

    /// <summary>RFC 3810 5.2.14: ff02::16, all routers that know the second version.</summary>
    private static readonly UInt128 Routers = new(0xFF02_0000_0000_0000, 0x16);

    private static readonly UInt128 LinkLocal = new(0xFE80_0000_0000_0000, 0);

    /// <summary>Option 5 of length 2 with value 0, and two bytes of padding: RFC 2711 2.1, RFC 8200 4.2.</summary>
    private static ReadOnlySpan<byte> RouterAlert => [IpProtocol.IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0];

    public static void Report(StackInterface from, ReadOnlySpan<UInt128> groups, byte kind)
    {
        // As many as a packet takes. An interface with so many addresses is none that we know; the rest is told to the next query.
        int count = Math.Min(groups.Length, (from.Mtu - Ipv6Header.Size - RouterAlert.Length - IcmpHeader.Size) / RecordSize);
        if (!TryBegin(from, Routers, IcmpHeader.Size + (count * RecordSize), out DiscoveryFrame frame))
            return;
        new IcmpHeader((byte)Icmpv6Type.ICMPV6_MLD2_REPORT, 0, 0, (uint)count).WriteTo(frame.Message);
        for (int i = 0; i < count; i++)
        {
            Span<byte> record = frame.Message.Slice(IcmpHeader.Size + (i * RecordSize), RecordSize);
            WriteUInt32BigEndian(record, (uint)kind << 24);
            WriteUInt128BigEndian(record[4..], groups[i]);
        }

        frame.Send();
    }

    public static void ReportFirstVersion(StackInterface from, UInt128 group)
    {
        if (!TryBegin(from, group, Solicitations.MessageSize, out DiscoveryFrame frame))
            return;
        new IcmpHeader((byte)Icmpv6Type.ICMPV6_MGM_REPORT, 0, 0, 0).WriteTo(frame.Message);
        WriteUInt128BigEndian(frame.Message[IcmpHeader.Size..], group);
        frame.Send();
    }

    private static bool TryBegin(StackInterface from, UInt128 destination, int length, out DiscoveryFrame frame)
    {
        // RFC 3590: a link-local address, or none.
        UInt128 source = from.ChooseSource(LinkLocal);
        if (!AddressKinds.IsLinkLocal(source))
            source = 0;
        var header = new Ipv6Header { NextHeader = IpProtocol.IPPROTO_HOPOPTS, HopLimit = 1, Source = source, Destination = destination };
        return DiscoveryFrame.TryBegin(from, AddressKinds.GroupMac(destination), header, RouterAlert, length, out frame);
    }
}
