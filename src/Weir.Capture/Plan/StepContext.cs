using Weir.Capture.Inline;
using Weir.Capture.Steering;
using Weir.Linux;
using Weir.Netlink;

namespace Weir.Capture.Plan;

/// <summary>What steps work with: open namespaces and sockets, so that nothing is opened while the workload is cut off.</summary>
internal sealed class StepContext(CaptureSettings settings, InlineDetails details, WorkloadState state, NetworkNamespace? workload, FaultPoints faults, WeirNamespace weirNamespace) : IDisposable
{
    private readonly Dictionary<ushort, StandalonePrograms> programs = [];
    private RouteSocket? workloadSocket;
    private NetworkNamespace? weir;
    private RouteSocket? weirSocket;

    public CaptureSettings Settings { get; } = settings;

    public InlineDetails Details { get; } = details;

    /// <summary>What the workload's ports shall have in the end: as before the capture, or as just before the release.</summary>
    public WorkloadState State { get; } = state;

    public WeirNamespace WeirNamespace { get; } = weirNamespace;

    /// <summary>Null when the workload is gone.</summary>
    public NetworkNamespace? Workload { get; } = workload;

    public RouteSocket WorkloadSocket => workloadSocket ??= RouteSocket.Open(Workload ?? throw new InvalidOperationException("the workload is gone"));

    /// <summary>Weir's own namespace; null while it does not exist.</summary>
    public NetworkNamespace? Weir => weir ??= WeirNamespace.OpenIfOurs();

    public RouteSocket WeirSocket => weirSocket ??= RouteSocket.Open(Weir ?? throw new InvalidOperationException($"namespace {Settings.NamespaceName} does not exist"));

    public PortPlan Port(ushort id) => Details.Ports.First(port => port.Id == id);

    public void Fault() => faults.Hit();

    /// <summary>The programs that steer a port while no enforcer has taken over: they fail open, or closed.</summary>
    public StandalonePrograms Programs(PortPlan port)
    {
        if (!programs.TryGetValue(port.Id, out StandalonePrograms? loaded))
            programs[port.Id] = loaded = StandalonePrograms.Load(Settings, port, State.Ports[port.Id].Address);
        return loaded;
    }

    /// <summary>Forgets what was open of Weir's namespace, which has just been made or deleted.</summary>
    public void CloseWeir()
    {
        weirSocket?.Dispose();
        weirSocket = null;
        weir?.Dispose();
        weir = null;
    }

    public void Dispose()
    {
        foreach (StandalonePrograms loaded in programs.Values)
            loaded.Dispose();
        workloadSocket?.Dispose();
        CloseWeir();
        Workload?.Dispose();
    }
}
