namespace Weir.Host.Iptables;

/// <summary>A rule says something that iptables has no words for. It never leaves the reader: its table is shown as incompatible.</summary>
internal sealed class IncompatibleRuleException(string message) : Exception(message);
