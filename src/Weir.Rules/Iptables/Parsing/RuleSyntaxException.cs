namespace Weir.Rules.Iptables.Parsing;

/// <summary>A line is not understood, and why. Never leaves the parser: it becomes a finding.</summary>
internal sealed class RuleSyntaxException(string message) : Exception(message);
