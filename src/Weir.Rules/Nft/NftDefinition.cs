namespace Weir.Rules.Nft;

/// <summary><c>define wan = eth0</c>, <c>redefine wan = eth1</c>, <c>undefine wan</c>. Rules that name it have its value when they are read.</summary>
/// <param name="Verb"><c>define</c>, <c>redefine</c>, <c>undefine</c>.</param>
/// <param name="Name">Without the <c>$</c> with which it is referred to.</param>
/// <param name="Value">Null for <c>undefine</c>.</param>
public sealed record NftDefinition(string Verb, string Name, NftTerm? Value) : NftItem;
