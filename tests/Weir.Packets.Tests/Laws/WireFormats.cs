namespace Weir.Packets.Tests.Laws;

/// <summary>All formats of Weir.Packets: each family is a file of its own.</summary>
internal static class WireFormats
{
    public static readonly IReadOnlyList<WireFormat> All =
    [
        .. LinkFormats.All,
        .. IpFormats.All,
        .. TcpFormats.All,
        .. DatagramFormats.All,
        .. DnsFormats.All,
        .. TlsFormats.All,
        .. HttpFormats.All,
        .. FrameFormats.All,
    ];
}
