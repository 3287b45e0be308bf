using System.Text.Json.Serialization;
using Weir.Capture.Inline;

namespace Weir.Capture.Plan;

/// <summary>One change to the host with its inverse. Steps are data: they stand in the journal before they are done.</summary>
/// <remarks>
/// <see cref="Revert"/> is idempotent and looks at the kernel, not at memory: it may meet a step that was done, half done, or never begun,
/// in this process or in one that died.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "step")]
[JsonDerivedType(typeof(CreateNamespaceStep), "create-namespace")]
[JsonDerivedType(typeof(CreatePipeStep), "create-pipe")]
[JsonDerivedType(typeof(CreatePairStep), "create-pair")]
[JsonDerivedType(typeof(KeepStateStep), "keep-state")]
[JsonDerivedType(typeof(MoveOutStep), "move-out")]
[JsonDerivedType(typeof(MoveInStep), "move-in")]
[JsonDerivedType(typeof(RestoreRoutesStep), "restore-routes")]
[JsonDerivedType(typeof(SettleStep), "settle")]
internal abstract record CaptureStep
{
    /// <summary>True for steps while which the workload is cut off: the journal is written once before all of them.</summary>
    [JsonIgnore]
    public virtual bool InGap => false;

    public abstract void Apply(StepContext context);

    public abstract void Revert(StepContext context);

    public abstract StepText Render(PlanText text);
}
