using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Capture.Journal;

[JsonSourceGenerationOptions(Converters = [typeof(AddressConverter)], UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CaptureRecord))]
[JsonSerializable(typeof(CaptureProgress))]
internal sealed partial class JournalJson : JsonSerializerContext;

/// <summary>An address as its text.</summary>
internal sealed class AddressConverter : JsonConverter<IPAddress>
{
    public override IPAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        IPAddress.Parse(reader.GetString() ?? throw new JsonException("an address is missing"));

    public override void Write(Utf8JsonWriter writer, IPAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
