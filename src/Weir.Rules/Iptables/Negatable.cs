namespace Weir.Rules.Iptables;

/// <summary>An option's value and whether <c>!</c> stands before the option.</summary>
public readonly record struct Negatable<T>(T Value, bool Inverted);
