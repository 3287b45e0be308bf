using System.Text.Json.Serialization;

namespace Weir.Cli.Tcp;

/// <summary>One measurement of <c>weir tcp bench</c>.</summary>
/// <param name="What">In words.</param>
/// <param name="Value">In <paramref name="Unit"/>.</param>
/// <param name="Unit">Gbit/s of payload, or a rate.</param>
public sealed record MemoryResult(string What, double Value, string Unit);

/// <summary>What <c>weir tcp bench serve</c> says when it can be measured.</summary>
/// <param name="Device">The link's name.</param>
/// <param name="Address">The stack's.</param>
/// <param name="Host">The host's address on the device; null when it has none of the stack's network.</param>
/// <param name="Mtu">Bytes.</param>
/// <param name="Offload">Whether packets carry a virtio header.</param>
/// <param name="Napi">Whether the kernel puts together what the stack sends.</param>
/// <param name="Echo">Port.</param>
/// <param name="Discard">Port.</param>
/// <param name="Source">Port.</param>
public sealed record ServeReady(string Device, string Address, string? Host, int Mtu, bool Offload, bool Napi, int Echo, int Discard, int Source);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MemoryResult[]))]
[JsonSerializable(typeof(ServeReady))]
internal sealed partial class TcpJson : JsonSerializerContext;
