using Weir.Capture.Steering;

namespace Weir.Capture.Plan;

/// <summary>What rendering needs: names for namespaces and ports, and the way that steering is written.</summary>
internal sealed record PlanText(string Weir, string Workload, InlineDetails Details, ISteeringRendering Steering)
{
    public PortPlan Port(ushort id) => Details.Ports.First(port => port.Id == id);

    public PortState State(ushort id) => Details.Before.Ports[id];

    public string InWeir(string command) => $"ip -n {Weir} {command}";

    public string InWorkload(string command) => $"ip -n {Workload} {command}";
}
