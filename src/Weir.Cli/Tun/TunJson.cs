using System.Text.Json.Serialization;
using Weir.Host.Tun;

namespace Weir.Cli.Tun;

/// <summary>A TUN or TAP device for <c>weir tun list</c>.</summary>
/// <param name="Name">Of the link.</param>
/// <param name="Mode"><c>tun</c> or <c>tap</c>.</param>
/// <param name="Up">Administratively.</param>
/// <param name="Mtu">Bytes.</param>
/// <param name="Persistent">Stays when no program has it open.</param>
/// <param name="Owner">The user who may open it; null: none is named.</param>
/// <param name="MultiQueue">May be opened once for each queue.</param>
/// <param name="Queues">How often it is open now.</param>
/// <param name="Addresses">With prefix lengths.</param>
/// <param name="NatMarks">The marks by which what comes out of it is masqueraded.</param>
public sealed record TunView(
    string Name,
    string Mode,
    bool Up,
    int Mtu,
    bool Persistent,
    uint? Owner,
    bool MultiQueue,
    uint Queues,
    IReadOnlyList<string> Addresses,
    IReadOnlyList<uint> NatMarks)
{
    internal static TunView Of(TunEntry entry) => new(
        entry.Name,
        entry.Device.Tap ? "tap" : "tun",
        entry.IsUp,
        entry.Mtu,
        entry.Device.Persistent,
        entry.Device.Owner,
        entry.Device.MultiQueue,
        entry.Device.MultiQueue ? entry.Device.Queues : 0,
        entry.Addresses,
        entry.NatMarks);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TunView))]
[JsonSerializable(typeof(TunView[]))]
internal sealed partial class TunJson : JsonSerializerContext;
