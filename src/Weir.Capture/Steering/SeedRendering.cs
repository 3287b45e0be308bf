namespace Weir.Capture.Steering;

/// <summary>Steering by u32, pedit and mirred, line for line as NeuVector writes it. Text only so far: it needs act_pedit in the kernel.</summary>
/// <remarks>Offsets count from the network header: -14 is the destination address, -8 the source.</remarks>
public sealed class SeedRendering : ISteeringRendering
{
    private const int UnicastPreference = 10001, RestPreference = 10002;

    public IReadOnlyList<string> Outside(SteeringNames names) =>
    [
        $"{Filter(names.Outside, UnicastPreference, "ip")} u32 match u8 0 1 at -14 {MatchDestination(names.Address)} action pedit {SetDestination(names.Marker)} pipe {Mirror(names.Pipe)}",
        $"{Filter(names.Outside, RestPreference, "all")} u32 match u8 0 0 {Mirror(names.Inside)}",
    ];

    public IReadOnlyList<string> Inside(SteeringNames names) =>
    [
        $"{Filter(names.Inside, UnicastPreference, "ip")} u32 match u8 0 1 at -14 {MatchSource(names.Address)} action pedit {SetSource(names.Marker)} pipe {Mirror(names.Pipe)}",
        $"{Filter(names.Inside, RestPreference, "all")} u32 match u8 0 0 {Mirror(names.Outside)}",
    ];

    public IReadOnlyList<string> Pipe(SteeringNames names) =>
    [
        $"{Filter(names.Pipe, names.OutsideIndex, "all")} u32 {MatchDestination(names.Marker)} action pedit {SetDestination(names.Address)} pipe {Mirror(names.Inside)}",
        $"{Filter(names.Pipe, names.InsideIndex, "all")} u32 {MatchSource(names.Marker)} action pedit {SetSource(names.Address)} pipe {Mirror(names.Outside)}",
    ];

    private static string Filter(string link, int preference, string protocol) => $"tc filter add dev {link} pref {preference} parent ffff: protocol {protocol}";

    private static string Mirror(string link) => $"action mirred egress mirror dev {link}";

    private static string MatchDestination(byte[] a) => $"match u16 0x{Hex(a, 0, 2)} 0xffff at -14 match u32 0x{Hex(a, 2, 4)} 0xffffffff at -12";

    private static string MatchSource(byte[] a) => $"match u32 0x{Hex(a, 0, 4)} 0xffffffff at -8 match u16 0x{Hex(a, 4, 2)} 0xffff at -4";

    private static string SetDestination(byte[] a) => $"munge offset -14 u16 set 0x{Hex(a, 0, 2)} munge offset -12 u32 set 0x{Hex(a, 2, 4)}";

    private static string SetSource(byte[] a) => $"munge offset -8 u32 set 0x{Hex(a, 0, 4)} munge offset -4 u16 set 0x{Hex(a, 4, 2)}";

    private static string Hex(byte[] address, int start, int length) => Convert.ToHexStringLower(address.AsSpan(start, length));
}
