using System.Collections.Frozen;
using System.Net;
using Weir.Capture;
using Weir.Enforcer;
using Weir.Policy;

namespace Weir.Agent.Flows;

/// <summary>One end of a session: its workload, when it is a known one, and its address.</summary>
internal readonly record struct FlowEnd(PolicyWorkload? Workload, IPAddress Address)
{
    public string? Name => Workload?.Name;

    public string NameOrAddress => Workload?.Name ?? Address.ToString();

    /// <summary>By name and address: a workload's labels may change without its becoming another.</summary>
    public bool Equals(FlowEnd other) => Name == other.Name && Address.Equals(other.Address);

    public override int GetHashCode() => HashCode.Combine(Name, Address);
}

/// <summary>Who is who: ports and addresses to workloads, as of one policy model. Immutable; replaced as a whole.</summary>
internal sealed class FlowNames
{
    private readonly PolicyModel _model;
    private readonly FrozenDictionary<ushort, string> _ports;

    public FlowNames(PolicyModel model, IEnumerable<CapturedWorkload> captured)
    {
        _model = model;
        _ports = captured.SelectMany(workload => workload.Ports.Select(port => KeyValuePair.Create(port.Id, workload.Target.Workload))).ToFrozenDictionary();
    }

    /// <summary>The workload behind a port; its number when it has just gone.</summary>
    public string WorkloadOf(ushort portId) => _ports.TryGetValue(portId, out var name) ? name : $"port {portId}";

    /// <summary>The workload at whose port it was seen is one of the two ends, whatever its address; the other is known by address.</summary>
    public (FlowEnd Client, FlowEnd Server) EndsOf(in FlowEvent flow)
    {
        var own = _ports.TryGetValue(flow.PortId, out var name) ? Known(_model.FindWorkload(name)) : null;
        return flow.Direction == SessionDirection.Egress
            ? (End(flow.Client, own), End(flow.Server, null))
            : (End(flow.Client, null), End(flow.Server, own));
    }

    private FlowEnd End(UInt128 address, PolicyWorkload? known) => new(known ?? Known(_model.FindWorkload(address)), PeerAddress.ToIPAddress(address));

    private PolicyWorkload? Known(int index) => index < 0 ? null : _model.WorkloadAt(index);
}
