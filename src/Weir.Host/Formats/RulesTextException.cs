using Weir.Rules.Text;

namespace Weir.Host.Formats;

/// <summary>A text can't be installed as it stands. Nothing was sent.</summary>
public sealed class RulesTextException(IReadOnlyList<TextFinding> findings) : Exception(string.Join('\n', findings))
{
    /// <summary>All of them, in the order of the lines.</summary>
    public IReadOnlyList<TextFinding> Findings { get; } = findings;
}
