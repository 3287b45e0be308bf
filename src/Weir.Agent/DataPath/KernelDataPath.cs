using Weir.Capture;
using Weir.Capture.Tap;
using Weir.Enforcer;
using Weir.Linux;
using Weir.Linux.Rings;
using Weir.Policy;
using PacketEnforcer = Weir.Enforcer.Enforcer;

namespace Weir.Agent.DataPath;

/// <summary>The data path over the kernel: one enforcer for the pipe of inline captures, one for all taps.</summary>
/// <remarks>Two, because the pipe comes and goes with the first and the last inline capture, and taps live on.</remarks>
internal sealed class KernelDataPath : IDataPath
{
    private const int TapLoops = 0;

    private readonly Captures _captures;
    private readonly DataPathOptions _bounds;
    private readonly EnforcerOptions _options;
    private readonly FlowSink _sink;
    private readonly PacketEnforcer _taps;
    private readonly EventPump _tapPump;
    private readonly HashSet<string> _inlineWorkloads = [];
    private SettledMap? _tapSettled;
    private InlinePath? _inline;
    private int _inlineLoops = TapLoops;
    private PolicyModel? _model;

    public KernelDataPath(Captures captures, DataPathOptions bounds, FlowSink sink)
    {
        _captures = captures;
        _bounds = bounds;
        _sink = sink;
        _options = new EnforcerOptions { MaxSessions = bounds.MaximumSessions, UpdateInterval = bounds.UpdateInterval };
        _taps = new PacketEnforcer(_options);
        _tapPump = new EventPump(TapLoops, _taps.Events, sink);
    }

    public void SetPolicy(PolicyModel model)
    {
        _model = model;
        _taps.SetPolicy(model);
        _inline?.SetPolicy(model);
    }

    public void Attach(CapturedWorkload workload)
    {
        if (workload.Mode == CaptureMode.Tap)
            AttachTap(workload);
        else
            AttachInline(workload);
    }

    public void Detach(CapturedWorkload workload)
    {
        if (workload.Mode == CaptureMode.Tap)
        {
            foreach (var port in workload.Ports)
                _taps.StopTap(port.Id);
            return;
        }

        _inline?.Detach(workload);
        _inlineWorkloads.Remove(workload.Target.Workload);
        if (_inlineWorkloads.Count == 0)
            CloseInline();
    }

    public void SetStrict(CapturedWorkload workload, bool strict)
    {
        if (workload.Mode != CaptureMode.Inline || _inline is null)
            return;
        foreach (var port in workload.Ports)
            _inline.SetStrict(port.Id, strict);
    }

    public IReadOnlyDictionary<string, ulong> Counters() => CounterNames.Of(_inline is null ? [_taps.Counters] : [_taps.Counters, _inline.Counters]);

    public IReadOnlyDictionary<string, ulong> PortCounters(ushort portId) => _inline?.PortCounters(portId) ?? new Dictionary<string, ulong>();

    public async Task DrainAsync()
    {
        var inline = _inline;
        await Task.Run(_taps.AwaitTurn);
        await _tapPump.IdleAsync();
        if (inline is not null)
            await inline.DrainAsync();
    }

    public void Dispose()
    {
        CloseInline();
        _taps.Dispose();
        _tapSettled?.Dispose();
        _tapPump.Completion.Wait();
    }

    private void AttachInline(CapturedWorkload workload)
    {
        if (_inline is null)
            _inline = InlinePath.Open(_captures, _options, _bounds, _model ?? throw new InvalidOperationException("a policy comes first"), ++_inlineLoops, _sink);
        else
            _inline.Attach(workload);
        _inlineWorkloads.Add(workload.Target.Workload);
    }

    private void AttachTap(CapturedWorkload workload)
    {
        using var ns = NetworkNamespace.OpenPath(workload.Target.NamespacePath);
        var started = new List<ushort>();
        try
        {
            foreach (var port in workload.Ports)
            {
                StartTap(ns, workload, port);
                started.Add(port.Id);
            }
        }
        catch
        {
            started.ForEach(_taps.StopTap);
            throw;
        }
    }

    private void StartTap(NetworkNamespace ns, CapturedWorkload workload, CapturedPort port)
    {
        // All taps share a table; the ring's socket keeps the filter, so its descriptor may go.
        _tapSettled ??= SettledMap.Create();
        using var filter = TapFilter.Load(_tapSettled, port.Id);
        var ring = PacketRing.Open(ns, port.Name, PacketRingOptions.Tap with { FilterProgram = filter.Descriptor });
        try
        {
            _taps.StartTap(InlinePath.PortOf(workload, port), ring, new SettledSessions(_tapSettled));
        }
        catch
        {
            ring.Dispose();
            throw;
        }
    }

    private void CloseInline()
    {
        _inline?.Dispose();
        _inline = null;
        _inlineWorkloads.Clear();
    }
}
