namespace Weir.Rules.Text;

/// <summary>A text as a model, with all that was not understood.</summary>
/// <remarks>The model keeps what it does not know as text: printing it gives every line back.</remarks>
public sealed record ParsedText<TModel>(TModel Model, IReadOnlyList<TextFinding> Findings)
    where TModel : class;
