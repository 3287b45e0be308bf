namespace Weir.Enforcer;

/// <summary>A workload's port that the enforcer watches.</summary>
/// <param name="Id">The number in its marker address, 1 to 65535, unique in this Weir.</param>
/// <param name="Workload">The workload's name, as the policy knows it.</param>
/// <param name="Address">The port's Ethernet address, 6 bytes.</param>
public sealed record EnforcerPort(ushort Id, string Workload, string Name, byte[] Address);
