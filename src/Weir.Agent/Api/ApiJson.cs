using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent.Api;

/// <summary>How the API's records look as JSON: camel case, enums as lower-case words, nulls left out.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(LowerCaseEnum<Application>), typeof(LowerCaseEnum<CaptureMode>), typeof(LowerCaseEnum<FlowState>),
        typeof(LowerCaseEnum<PolicyAction>), typeof(LowerCaseEnum<PolicyMode>), typeof(LowerCaseEnum<RuleAction>),
        typeof(LowerCaseEnum<RuleOrigin>), typeof(LowerCaseEnum<SessionDirection>)])]
[JsonSerializable(typeof(AgentStatus))]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(CaptureRequest))]
[JsonSerializable(typeof(CaptureResult))]
[JsonSerializable(typeof(CheckResult))]
[JsonSerializable(typeof(Flow))]
[JsonSerializable(typeof(IReadOnlyList<CaptureResult>))]
[JsonSerializable(typeof(IReadOnlyList<Conversation>))]
[JsonSerializable(typeof(IReadOnlyList<Flow>))]
[JsonSerializable(typeof(IReadOnlyList<GroupStatus>))]
[JsonSerializable(typeof(IReadOnlyList<Violation>))]
[JsonSerializable(typeof(IReadOnlyList<WorkloadStatus>))]
[JsonSerializable(typeof(ModeRequest))]
[JsonSerializable(typeof(PlanResult))]
[JsonSerializable(typeof(PolicyConfig))]
[JsonSerializable(typeof(ReleaseResult))]
[JsonSerializable(typeof(VerifyResult))]
public sealed partial class ApiJson : JsonSerializerContext;

/// <summary>Writes <c>PostgreSql</c> as <c>postgresql</c>; reads any case.</summary>
public sealed class LowerCaseEnum<T>() : JsonStringEnumConverter<T>(LowerCase.Policy, allowIntegerValues: false)
    where T : struct, Enum;

internal sealed class LowerCase : JsonNamingPolicy
{
    public static LowerCase Policy { get; } = new();

    public override string ConvertName(string name) => name.ToLowerInvariant();
}
