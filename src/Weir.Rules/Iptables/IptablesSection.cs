namespace Weir.Rules.Iptables;

/// <summary><c>*TABLE … COMMIT</c>: the commands for one table.</summary>
/// <param name="Line">Of the <c>*</c>, counted from 1.</param>
public sealed record IptablesSection(string Table, int Line, IReadOnlyList<IptablesCommand> Commands);
