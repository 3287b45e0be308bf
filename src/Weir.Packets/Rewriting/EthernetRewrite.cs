namespace Weir.Packets.Rewriting;

/// <summary>Changes to the Ethernet addresses of a frame in place. No checksum covers them.</summary>
public static class EthernetRewrite
{
    private const int DestinationOffset = 0;
    private const int SourceOffset = 6;

    public static void SetDestination(Span<byte> frame, MacAddress address) => address.WriteTo(frame[DestinationOffset..]);

    public static void SetDestination(Span<byte> frame, ReadOnlySpan<byte> address) => address[..MacAddress.Size].CopyTo(frame[DestinationOffset..]);

    public static void SetSource(Span<byte> frame, MacAddress address) => address.WriteTo(frame[SourceOffset..]);

    public static void SetSource(Span<byte> frame, ReadOnlySpan<byte> address) => address[..MacAddress.Size].CopyTo(frame[SourceOffset..]);

    /// <summary>Turns the frame round: the answer goes where it came from.</summary>
    public static void SwapAddresses(Span<byte> frame)
    {
        Span<byte> destination = stackalloc byte[MacAddress.Size];
        frame[..MacAddress.Size].CopyTo(destination);
        frame.Slice(SourceOffset, MacAddress.Size).CopyTo(frame);
        destination.CopyTo(frame[SourceOffset..]);
    }
}
