using Weir.Packets;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;

namespace Weir.TcpIp.Icmp;

/// <summary>What an ICMP error means to TCP: RFC 1122 4.2.3.9 and RFC 9293 3.9.2.2, by the codes of both families.</summary>
internal static class TcpErrors
{
    /// <summary>Null: nothing that a connection should hear of.</summary>
    public static TcpIcmpError? From(in QuotedPacket quoted)
    {
        if (KindOf(quoted) is not { } kind)
            return null;
        int mtu = quoted.Mtu == 0 && quoted.IsIpv4 ? Plateau.Below(quoted.Length) : quoted.Mtu;
        mtu = Math.Max(mtu, quoted.IsIpv4 ? PathMtuCache.SmallestIpv4 : PathMtuCache.SmallestIpv6);
        return new TcpIcmpError
        {
            Kind = kind,
            LocalAddress = quoted.Local,
            RemoteAddress = quoted.Remote,
            LocalPort = quoted.LocalPort,
            RemotePort = quoted.RemotePort,
            Sequence = quoted.Sequence,
            MaxSegment = kind == TcpIcmpErrorKind.PacketTooBig ? mtu - (quoted.IsIpv4 ? Ipv4Header.Size : Ipv6Header.Size) : 0,
        };
    }

    private static TcpIcmpErrorKind? KindOf(in QuotedPacket quoted) => (quoted.Kind, quoted.IsIpv4, quoted.Code) switch
    {
        (IcmpErrorKind.PacketTooBig, _, _) => TcpIcmpErrorKind.PacketTooBig,
        (IcmpErrorKind.TimeExceeded, _, _) => TcpIcmpErrorKind.Unreachable,
        (IcmpErrorKind.Unreachable, true, 3) => TcpIcmpErrorKind.PortUnreachable,
        (IcmpErrorKind.Unreachable, true, 2) => TcpIcmpErrorKind.ProtocolUnreachable,
        (IcmpErrorKind.Unreachable, true, 9 or 10 or 13) => TcpIcmpErrorKind.Prohibited,
        (IcmpErrorKind.Unreachable, false, 4) => TcpIcmpErrorKind.PortUnreachable,
        (IcmpErrorKind.Unreachable, false, 1 or 5 or 6) => TcpIcmpErrorKind.Prohibited,
        (IcmpErrorKind.ParameterProblem, false, 1) => TcpIcmpErrorKind.ProtocolUnreachable,
        (IcmpErrorKind.Unreachable, _, _) => TcpIcmpErrorKind.Unreachable,
        _ => null,
    };
}
