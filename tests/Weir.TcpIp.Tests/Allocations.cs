namespace Weir.TcpIp.Tests;

/// <summary>Tests that count allocations run alone: rings come from a pool that all tests of the process share.</summary>
[CollectionDefinition(nameof(Allocations), DisableParallelization = true)]
public class Allocations;
