using Weir.Capture;
using Weir.Enforcer;
using Weir.Policy;

namespace Weir.Agent.DataPath;

/// <summary>Takes what a packet loop saw.</summary>
/// <param name="loops">Which enforcer says it: session numbers are unique in one.</param>
internal delegate void FlowSink(int loops, in FlowEvent flow);

/// <summary>Frames of captured workloads under the enforcer. Its callers take turns.</summary>
internal interface IDataPath : IDisposable
{
    void SetPolicy(PolicyModel model);

    /// <summary>A workload that has been captured: its traffic is judged when this returns.</summary>
    void Attach(CapturedWorkload workload);

    /// <summary>A workload that has been released.</summary>
    void Detach(CapturedWorkload workload);

    /// <summary>Protect: frames with a foreign source address are dropped.</summary>
    void SetStrict(CapturedWorkload workload, bool strict);

    /// <summary>What the loops have done since the start, by name.</summary>
    IReadOnlyDictionary<string, ulong> Counters();

    /// <summary>What the kernel programs did with a port's frames, by name; empty for a tap.</summary>
    IReadOnlyDictionary<string, ulong> PortCounters(ushort portId);

    /// <summary>Returns when the sink has been given all events that wait.</summary>
    Task DrainAsync();
}
