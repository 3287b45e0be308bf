using System.Text.Json.Serialization;

namespace Weir.Cli.Rules;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(LoadedFile[]))]
internal sealed partial class RulesJson : JsonSerializerContext;
