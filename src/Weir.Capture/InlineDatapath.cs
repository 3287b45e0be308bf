using System.Runtime.InteropServices;
using Weir.Capture.Inline;
using Weir.Capture.Journal;
using Weir.Capture.Plan;
using Weir.Capture.Steering;
using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Netlink;

namespace Weir.Capture;

/// <summary>The enforcer's side of inline capture: the kernel programs with their maps, and the pipe's end to read and write.</summary>
/// <remarks>
/// While it is open, Weir's namespace and the pipe stay, captured workloads or not. Closed (or killed), the programs go on without a
/// heartbeat: they pass everything, or drop it when the settings say fail-closed.
/// </remarks>
public sealed class InlineDatapath : IDisposable
{
    private readonly Captures captures;
    private readonly RouteSocket socket;
    private readonly BpfMap pipePorts;
    private readonly Dictionary<ushort, PortSteeringState> ports = [];
    private readonly Lock gate = new();

    private InlineDatapath(Captures captures, NetworkNamespace ns, RouteSocket socket, SettledMap settled, BpfMap pipePorts)
    {
        this.captures = captures;
        this.socket = socket;
        this.pipePorts = pipePorts;
        Namespace = ns;
        Settled = settled;
    }

    /// <summary>Weir's own namespace.</summary>
    public NetworkNamespace Namespace { get; }

    /// <summary>The end of the pipe that the packet loop reads and writes: <c>vth-weir</c>.</summary>
    public string PipeLink => PipeNames.End;

    /// <summary>The index of <see cref="PipeLink"/>.</summary>
    public int PipeIndex => PipeNames.EndIndex;

    /// <summary>The kernel's table of settled sessions.</summary>
    public SettledMap Settled { get; }

    /// <summary>Frames that came back on the pipe with no marker of a captured port; they were dropped.</summary>
    public ulong UnknownMarkers => Volatile.Read(ref Settled.ControlPage.At<ulong>(ControlLayout.UnknownMarkerOffset));

    /// <summary>Loads the programs and puts them in place of whatever steered the captured ports before. Makes Weir's namespace and the pipe when nothing is captured yet.</summary>
    /// <remarks>Until the first <see cref="Heartbeat"/> the programs behave as without an enforcer.</remarks>
    public static InlineDatapath Open(Captures captures) => Open(captures, SteeringMaps.DefaultSettledEntries);

    /// <param name="captures">Whose captured ports are steered.</param>
    /// <param name="settledEntries">How many directions of sessions the kernel keeps; about 110 bytes each.</param>
    public static InlineDatapath Open(Captures captures, int settledEntries)
    {
        captures.HoldNamespace();
        NetworkNamespace ns = captures.WeirNamespace.OpenIfOurs() ?? throw new InvalidOperationException("Weir's namespace has disappeared");
        InlineDatapath datapath = new(captures, ns, RouteSocket.Open(ns), SettledMap.Create(settledEntries), SteeringMaps.PipePorts());
        try
        {
            datapath.WriteSettings();
            datapath.SteerPipe();
            foreach (CaptureRecord record in captures.InlineRecords())
                datapath.Attach(record);
            return datapath;
        }
        catch
        {
            datapath.Dispose();
            throw;
        }
    }

    /// <summary>A newly captured port: its programs are put in place, each in one step, so that no frame misses a program.</summary>
    public void Attach(CapturedWorkload workload)
    {
        CaptureRecord record = captures.InlineRecords().Find(record => record.Target.Workload == workload.Target.Workload)
            ?? throw new CaptureException($"{workload.Target.Workload} can't be steered", [$"{workload.Target.Workload} is not captured inline"]);
        Attach(record);
    }

    /// <summary>A released workload: its ports' entries go. The filters went with the links.</summary>
    public void Detach(CapturedWorkload workload)
    {
        lock (gate)
        {
            foreach (CapturedPort port in workload.Ports)
            {
                pipePorts.Delete(Key(port.Id));
                if (ports.Remove(port.Id, out PortSteeringState? state))
                    state.Dispose();
            }
        }
    }

    /// <summary>Tells the kernel programs that the packet loop lives. A plain store to a mapped page; call it at every turn of the loop.</summary>
    public void Heartbeat() => Volatile.Write(ref Settled.ControlPage.At<ulong>(ControlLayout.HeartbeatOffset), MonotonicClock.Nanoseconds);

    /// <summary>Per port: frames and bytes by what the programs did with them, as <c>toward_settled_frames</c>, <c>from_judged_bytes</c>. Empty for an unknown port.</summary>
    public IReadOnlyDictionary<string, ulong> Counters(ushort portId)
    {
        lock (gate)
        {
            Dictionary<string, ulong> counters = new(StringComparer.Ordinal);
            if (!ports.TryGetValue(portId, out PortSteeringState? state))
                return counters;
            foreach (SteeringDirection direction in Enum.GetValues<SteeringDirection>())
            {
                string prefix = direction == SteeringDirection.TowardWorkload ? "toward" : "from";
                foreach (SteeringOutcome outcome in Enum.GetValues<SteeringOutcome>())
                {
                    counters[$"{prefix}_{Name(outcome)}_frames"] = Volatile.Read(ref state.Page.At<ulong>(PortLayout.FramesOffset(direction, outcome)));
                    counters[$"{prefix}_{Name(outcome)}_bytes"] = Volatile.Read(ref state.Page.At<ulong>(PortLayout.BytesOffset(direction, outcome)));
                }
            }

            return counters;
        }
    }

    /// <summary>Protect: frames from the workload whose source is not its own are dropped (and counted) in the kernel.</summary>
    public void SetStrict(ushort portId, bool strict)
    {
        lock (gate)
        {
            if (ports.TryGetValue(portId, out PortSteeringState? state))
                Volatile.Write(ref state.Page.At<uint>(PortLayout.StrictOffset), strict ? 1u : 0u);
        }
    }

    public void Dispose()
    {
        // A clean end needs no time-out: from now on the enforcer counts as dead.
        Volatile.Write(ref Settled.ControlPage.At<ulong>(ControlLayout.HeartbeatOffset), 0);
        lock (gate)
        {
            foreach (PortSteeringState state in ports.Values)
                state.Dispose();
            ports.Clear();
        }

        pipePorts.Dispose();
        Settled.Dispose();
        socket.Dispose();
        Namespace.Dispose();
        captures.LetGoOfNamespace();
    }

    private void Attach(CaptureRecord record)
    {
        lock (gate)
        {
            foreach (PortPlan port in record.Inline!.Ports)
            {
                byte[] address = record.Ports.First(captured => captured.Id == port.Id).Address;
                if (!ports.TryGetValue(port.Id, out PortSteeringState? state))
                    ports[port.Id] = state = PortSteeringState.Create();
                // First the way back, then the way up: no frame may come up that can't return.
                PipePortValue value = new() { Address = Pack(address), InsideIndex = port.InsideIndex, OutsideIndex = port.OutsideIndex };
                pipePorts.Update(Key(port.Id), MemoryMarshal.AsBytes(new ReadOnlySpan<PipePortValue>(in value)));
                using PortPrograms programs = PortPrograms.Load(port, address, Settled, state.Map);
                SteeringFilters.Set(socket, port.OutsideIndex, programs.Outside, SteeringFilters.OutsideName);
                SteeringFilters.Set(socket, port.InsideIndex, programs.Inside, SteeringFilters.InsideName);
            }
        }
    }

    private void WriteSettings()
    {
        MappedBpfArray control = Settled.ControlPage;
        control.At<ulong>(ControlLayout.TimeoutOffset) = (ulong)(captures.Settings.HeartbeatTimeout.Ticks * 100);
        control.At<uint>(ControlLayout.FailClosedOffset) = captures.Settings.FailClosed ? 1u : 0u;
    }

    private void SteerPipe()
    {
        using BpfProgram back = BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, SteeringFilters.PipeName, PipeProgram.AssembleReturn(pipePorts, Settled.Control));
        using BpfProgram end = BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, SteeringFilters.EndName, PipeProgram.AssembleEnd());
        SteeringFilters.Set(socket, PipeNames.BridgeIndex, back, SteeringFilters.PipeName);
        SteeringFilters.Set(socket, PipeNames.EndIndex, end, SteeringFilters.EndName);
    }

    private static byte[] Key(ushort portId) => [(byte)(portId >> 8), (byte)portId];

    private static ulong Pack(byte[] address)
    {
        Span<byte> bytes = stackalloc byte[8];
        address.CopyTo(bytes);
        return MemoryMarshal.Read<ulong>(bytes);
    }

    private static string Name(SteeringOutcome outcome) => outcome switch
    {
        SteeringOutcome.Settled => "settled",
        SteeringOutcome.Judged => "judged",
        SteeringOutcome.FailOpen => "fail_open",
        SteeringOutcome.FailClosed => "fail_closed",
        SteeringOutcome.Untouched => "untouched",
        SteeringOutcome.Other => "other",
        SteeringOutcome.ForeignSource => "foreign_source",
        SteeringOutcome.ForeignSourceDropped => "foreign_source_dropped",
        _ => "unknown",
    };

    /// <summary>A port's own map, mapped.</summary>
    private sealed record PortSteeringState(BpfMap Map, MappedBpfArray Page) : IDisposable
    {
        public static PortSteeringState Create()
        {
            BpfMap map = SteeringMaps.Port();
            return new PortSteeringState(map, map.Map());
        }

        public void Dispose()
        {
            Page.Dispose();
            Map.Dispose();
        }
    }
}
