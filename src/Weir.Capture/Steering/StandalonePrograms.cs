using Weir.Capture.Inline;
using Weir.Capture.Plan;
using Weir.Linux.Bpf;

namespace Weir.Capture.Steering;

/// <summary>The programs of one port with maps of their own: nobody beats for them, so they pass everything, or nothing when the settings say fail-closed.</summary>
internal sealed class StandalonePrograms : IDisposable
{
    private readonly SettledMap settledMap;
    private readonly BpfMap portMap;

    private StandalonePrograms(SettledMap settledMap, BpfMap portMap, PortPrograms programs)
    {
        this.settledMap = settledMap;
        this.portMap = portMap;
        Programs = programs;
    }

    public PortPrograms Programs { get; }

    public static StandalonePrograms Load(CaptureSettings settings, PortPlan plan, byte[] address)
    {
        SettledMap settled = SettledMap.Create(entries: 1);
        BpfMap port = SteeringMaps.Port();
        settled.ControlPage.At<uint>(ControlLayout.FailClosedOffset) = settings.FailClosed ? 1u : 0u;
        return new StandalonePrograms(settled, port, PortPrograms.Load(plan, address, settled, port));
    }

    public void Dispose()
    {
        Programs.Dispose();
        portMap.Dispose();
        settledMap.Dispose();
    }
}

/// <summary>The loaded programs of one port.</summary>
internal sealed record PortPrograms(BpfProgram Outside, BpfProgram Inside) : IDisposable
{
    public static PortPrograms Load(PortPlan plan, byte[] address, SettledMap settled, BpfMap port)
    {
        PortSteering toward = new(plan.Id, SteeringDirection.TowardWorkload, address, plan.InsideIndex, PipeNames.BridgeIndex);
        PortSteering from = new(plan.Id, SteeringDirection.FromWorkload, address, plan.OutsideIndex, PipeNames.BridgeIndex);
        return new PortPrograms(
            BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, SteeringFilters.OutsideName, PortProgram.Assemble(toward, settled.Map, settled.Control, port)),
            BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, SteeringFilters.InsideName, PortProgram.Assemble(from, settled.Map, settled.Control, port)));
    }

    public void Dispose()
    {
        Outside.Dispose();
        Inside.Dispose();
    }
}
