namespace Weir.Capture.Inline;

/// <summary>Ethernet addresses as text: <c>02:42:ac:11:00:02</c>.</summary>
internal static class Ethernet
{
    public static string Text(ReadOnlySpan<byte> address) => string.Join(':', address.ToArray().Select(part => $"{part:x2}"));
}
