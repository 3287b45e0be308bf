using Weir.Capture;
using Weir.Enforcer;
using Weir.Linux.Rings;
using Weir.Policy;
using PacketEnforcer = Weir.Enforcer.Enforcer;

namespace Weir.Agent.DataPath;

/// <summary>The inline half: kernel programs, the pipe's ring, and the packet loop. It exists while at least one workload is captured inline.</summary>
internal sealed class InlinePath : IDisposable
{
    private readonly InlineDatapath _kernel;
    private readonly PacketEnforcer _enforcer;
    private readonly EventPump _pump;

    private InlinePath(InlineDatapath kernel, PacketEnforcer enforcer, EventPump pump)
    {
        _kernel = kernel;
        _enforcer = enforcer;
        _pump = pump;
    }

    public EnforcerCounters Counters => _enforcer.Counters;

    /// <summary>Loads new programs for everything that is captured inline, in place of those that steer there now, and starts the loop.</summary>
    public static InlinePath Open(Captures captures, EnforcerOptions options, DataPathOptions bounds, PolicyModel model, int loops, FlowSink sink)
    {
        var enforcer = new PacketEnforcer(options);
        InlineDatapath? kernel = null;
        try
        {
            // Known before the first frame comes up: a frame of an unknown port is dropped.
            foreach (var workload in captures.List().Where(workload => workload.Mode == CaptureMode.Inline))
                AddPorts(enforcer, workload);
            kernel = InlineDatapath.Open(captures);
            enforcer.SetPolicy(model);
            var ring = PacketRing.Open(kernel.Namespace, kernel.PipeLink, PacketRingOptions.Pipe with { Slots = bounds.RingSlots });
            enforcer.StartInline(ring, kernel.Heartbeat, new SettledSessions(kernel.Settled));
            return new InlinePath(kernel, enforcer, new EventPump(loops, enforcer.Events, sink));
        }
        catch
        {
            enforcer.Dispose();
            kernel?.Dispose();
            throw;
        }
    }

    public void SetPolicy(PolicyModel model) => _enforcer.SetPolicy(model);

    public void Attach(CapturedWorkload workload)
    {
        AddPorts(_enforcer, workload);
        _kernel.Attach(workload);
    }

    public void Detach(CapturedWorkload workload)
    {
        foreach (var port in workload.Ports)
            _enforcer.RemovePort(port.Id);
        _kernel.Detach(workload);
    }

    public void SetStrict(ushort portId, bool strict) => _kernel.SetStrict(portId, strict);

    public IReadOnlyDictionary<string, ulong> PortCounters(ushort portId) => _kernel.Counters(portId);

    /// <summary>Returns when the sink has been given all events of the frames that have come until now.</summary>
    public async Task DrainAsync()
    {
        await Task.Run(_enforcer.AwaitTurn);
        await _pump.IdleAsync();
    }

    /// <summary>The loop ends, then the kernel programs are told that nobody is there: they pass (or drop) at once.</summary>
    public void Dispose()
    {
        _enforcer.Dispose();
        _kernel.Dispose();
        _pump.Completion.Wait();
    }

    internal static EnforcerPort PortOf(CapturedWorkload workload, CapturedPort port) => new(port.Id, workload.Target.Workload, port.Name, port.Address);

    private static void AddPorts(PacketEnforcer enforcer, CapturedWorkload workload)
    {
        foreach (var port in workload.Ports)
            enforcer.AddPort(PortOf(workload, port));
    }
}
