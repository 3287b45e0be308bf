namespace Weir.Rules.Iptables;

/// <summary>A chain that the tool makes by itself, where packets come in.</summary>
/// <param name="Name">In capitals.</param>
/// <param name="Hook">NF_INET_: prerouting 0, input 1, forward 2, output 3, postrouting 4.</param>
/// <param name="Priority">Smaller ones see a packet first.</param>
/// <param name="Type">nf_tables' chain type: <c>filter</c>, <c>nat</c>, or <c>route</c> (a changed packet is routed anew).</param>
public sealed record BuiltinChain(string Name, uint Hook, int Priority, string Type = "filter");
