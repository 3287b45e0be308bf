using Weir.Capture.Plan;
using Weir.Capture.Steering;
using Weir.Linux.Bpf;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Capture.Inline;

/// <summary>The pipe <c>vbr-weir</c> - <c>vth-weir</c>, shared by all captured ports, with its two programs.</summary>
internal sealed record CreatePipeStep : CaptureStep
{
    private const byte NoAddressGeneration = 1;

    public override void Apply(StepContext context)
    {
        CreateLinks(context.WeirSocket);
        context.Fault();
        SteerToNobody(context.WeirSocket);
    }

    public override void Revert(StepContext context)
    {
        // The pipe goes with the namespace, when the last port has left it.
    }

    public override StepText Render(PlanText text) => new(
        text.Weir,
        [
            text.InWeir($"link add {PipeNames.Bridge} index {PipeNames.BridgeIndex} mtu {PipeNames.Mtu} type veth peer name {PipeNames.End} index {PipeNames.EndIndex} mtu {PipeNames.Mtu}"),
            text.InWeir($"link set {PipeNames.Bridge} arp off addrgenmode none up"),
            text.InWeir($"link set {PipeNames.End} arp off addrgenmode none up"),
            .. ProgramRendering.Program(text.Weir, PipeNames.Bridge, SteeringFilters.PipeName),
            .. ProgramRendering.Program(text.Weir, PipeNames.End, SteeringFilters.EndName),
        ],
        [text.InWeir($"link delete {PipeNames.Bridge}")],
        $"Frames that need a verdict go into {PipeNames.Bridge} and out of {PipeNames.End}, where the enforcer reads and returns them.")
    {
        ReleaseExplanation = "The pipe to the enforcer goes with Weir's namespace.",
    };

    /// <summary>Makes what is missing of the pair, and brings it up.</summary>
    public static void CreateLinks(RouteSocket socket)
    {
        if (socket.Links.Get(PipeNames.Bridge) is null)
        {
            socket.Links.AddVeth(
                new VethEnd { Name = PipeNames.Bridge, Index = PipeNames.BridgeIndex, Mtu = PipeNames.Mtu },
                new VethEnd { Name = PipeNames.End, Index = PipeNames.EndIndex, Mtu = PipeNames.Mtu });
        }

        foreach (int index in new[] { PipeNames.BridgeIndex, PipeNames.EndIndex })
        {
            Link link = socket.Links.Get(index) ?? throw new InvalidOperationException($"link {index} of the pipe is missing");
            socket.Links.Change(index, new LinkChange { Arp = false, Ipv6AddressGeneration = link.Ipv6AddressGeneration is null ? null : NoAddressGeneration });
            socket.Links.Change(index, new LinkChange { Up = true });
        }
    }

    /// <summary>Programs that know no port: they stay until a data path puts its own in their place.</summary>
    private static void SteerToNobody(RouteSocket socket)
    {
        using SettledMap settled = SettledMap.Create(entries: 1);
        using BpfMap ports = SteeringMaps.PipePorts();
        if (SteeringFilters.Find(socket, PipeNames.BridgeIndex).Length > 0)
            return;
        using BpfProgram bridge = BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, SteeringFilters.PipeName, PipeProgram.AssembleReturn(ports, settled.Control));
        using BpfProgram end = BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, SteeringFilters.EndName, PipeProgram.AssembleEnd());
        SteeringFilters.Set(socket, PipeNames.EndIndex, end, SteeringFilters.EndName);
        SteeringFilters.Set(socket, PipeNames.BridgeIndex, bridge, SteeringFilters.PipeName);
    }
}
