using Weir.Agent.Configuration;
using Weir.Agent.DataPath;
using Weir.Agent.Store;
using Weir.Agent.Workloads;
using Weir.Capture;
using Weir.Linux;

namespace Weir.Agent;

/// <summary>Where the agent touches the world: the kernel's captures, the data path, namespaces, the store, CLOCK_MONOTONIC.</summary>
internal sealed record AgentParts
{
    public required ICaptures Captures { get; init; }

    public required Func<FlowSink, IDataPath> OpenDataPath { get; init; }

    public required INamespaceReader Namespaces { get; init; }

    public required Func<IStore> OpenStore { get; init; }

    public required Func<TimeSpan> Monotonic { get; init; }

    /// <summary>This host's.</summary>
    public static AgentParts OfHost(AgentOptions options, Captures captures)
    {
        var bounds = new DataPathOptions { RingSlots = options.RingSlots, MaximumSessions = options.MaximumSessions };
        INamespaceReader namespaces = new KernelNamespaceReader();
        return new AgentParts
        {
            Captures = new KernelCaptures(captures),
            OpenDataPath = sink => new KernelDataPath(captures, bounds, sink),
            Namespaces = options.Workloads is null ? namespaces : new GivenNamespaces(namespaces),
            OpenStore = () => SqliteStore.Open(Path.Combine(options.StateDirectory, "weir.db"), options.Clock),
            Monotonic = () => MonotonicClock.Now,
        };
    }

    /// <summary>The workloads were given, others are not looked for.</summary>
    private sealed class GivenNamespaces(INamespaceReader reader) : INamespaceReader
    {
        public IReadOnlyList<string> ListNamed() => [];

        public NamespaceReading? Read(string path) => reader.Read(path);
    }
}
