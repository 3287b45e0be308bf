using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>What an ICMP or ICMPv6 error says, one word for both families.</summary>
public enum IcmpErrorKind : byte
{
    None,
    Unreachable,
    /// <summary>ICMPv6 "packet too big", ICMP "fragmentation needed": <see cref="IcmpError.Mtu"/> is set.</summary>
    PacketTooBig,
    TimeExceeded,
    ParameterProblem,
    SourceQuench,
    Redirect,
}

/// <summary>An ICMP or ICMPv6 error and the packet that it is about.</summary>
/// <remarks>The error travels against the packet: it belongs to the session whose packets look like <see cref="Original"/>.</remarks>
public struct IcmpError
{
    public IcmpErrorKind Kind { readonly get; private set; }

    /// <summary>The largest packet that passes, in bytes, when <see cref="Kind"/> is PacketTooBig; else 0.</summary>
    public uint Mtu { readonly get; private set; }

    /// <summary>
    /// The layers of the quoted packet; offsets count from the start of the frame. Ports are those of the quoted header; of TCP at least
    /// the sequence number is there. When <see cref="FrameLayers.IsLaterFragment"/> is set the ports are unknown.
    /// </summary>
    public FrameLayers Original { readonly get; private set; }

    /// <summary>True when the layers are an ICMP or ICMPv6 message that quotes a packet.</summary>
    public static bool IsError(in FrameLayers layers) => KindOf(layers) != IcmpErrorKind.None;

    /// <summary>Reads the error in a frame whose layers are known.</summary>
    /// <returns><see cref="PacketError.IcmpNotAnError"/> for everything else, an error of the quoted packet when that cannot be read.</returns>
    public static PacketError Parse(ReadOnlySpan<byte> frame, in FrameLayers layers, out IcmpError error)
    {
        error = default;
        IcmpErrorKind kind = KindOf(layers);
        if (kind == IcmpErrorKind.None)
        {
            return PacketError.IcmpNotAnError;
        }

        ReadOnlySpan<byte> rest = frame[(layers.TransportOffset + IcmpMessage.RestOffset)..];
        error.Kind = kind;
        if (kind == IcmpErrorKind.PacketTooBig)
        {
            // RFC 1191 4: the lower half in ICMP; RFC 4443 3.2: all 32 bits in ICMPv6.
            error.Mtu = layers.IpVersion == 4 ? ReadUInt16BigEndian(rest[2..]) : ReadUInt32BigEndian(rest);
        }

        ReadOnlySpan<byte> message = frame[..(layers.PayloadOffset + layers.PayloadLength)];
        PacketError result = FrameLayers.ParseQuoted(message, layers.PayloadOffset, out FrameLayers original);
        error.Original = original;
        return result;
    }

    private static IcmpErrorKind KindOf(in FrameLayers layers)
    {
        if (layers.IsLaterFragment)
        {
            return IcmpErrorKind.None;
        }

        return (layers.IpVersion, layers.Protocol) switch
        {
            (4, IpProtocol.IPPROTO_ICMP) => (IcmpType)layers.IcmpType switch
            {
                IcmpType.ICMP_DEST_UNREACH when layers.IcmpCode == 4 => IcmpErrorKind.PacketTooBig,
                IcmpType.ICMP_DEST_UNREACH => IcmpErrorKind.Unreachable,
                IcmpType.ICMP_SOURCE_QUENCH => IcmpErrorKind.SourceQuench,
                IcmpType.ICMP_REDIRECT => IcmpErrorKind.Redirect,
                IcmpType.ICMP_TIME_EXCEEDED => IcmpErrorKind.TimeExceeded,
                IcmpType.ICMP_PARAMETERPROB => IcmpErrorKind.ParameterProblem,
                _ => IcmpErrorKind.None,
            },
            (6, IpProtocol.IPPROTO_ICMPV6) => (Icmpv6Type)layers.IcmpType switch
            {
                Icmpv6Type.ICMPV6_DEST_UNREACH => IcmpErrorKind.Unreachable,
                Icmpv6Type.ICMPV6_PKT_TOOBIG => IcmpErrorKind.PacketTooBig,
                Icmpv6Type.ICMPV6_TIME_EXCEED => IcmpErrorKind.TimeExceeded,
                Icmpv6Type.ICMPV6_PARAMPROB => IcmpErrorKind.ParameterProblem,
                _ => IcmpErrorKind.None,
            },
            _ => IcmpErrorKind.None,
        };
    }
}
