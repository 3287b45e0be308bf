namespace Weir.Policy;

/// <summary>A policy that can't be compiled.</summary>
public sealed class PolicyException(string message) : Exception(message);
