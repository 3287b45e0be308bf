using Weir.Linux.Bpf;

namespace Weir.Capture.Steering;

/// <summary>The maps of the steering programs.</summary>
internal static class SteeringMaps
{
    public const int DefaultSettledEntries = 131072;
    public const int MaximumPorts = 4096;

    public static BpfMap Settled(int entries) =>
        BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_HASH, "weir_settled", SettledMapKey.Size, SettledMapValue.Size, entries));

    public static BpfMap Control() =>
        BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_ARRAY, "weir_control", 4, ControlLayout.Size, 1) { Flags = BpfMapFlags.BPF_F_MMAPABLE });

    public static BpfMap Port() =>
        BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_ARRAY, "weir_port", 4, PortLayout.Size, 1) { Flags = BpfMapFlags.BPF_F_MMAPABLE });

    public static BpfMap PipePorts() =>
        BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_HASH, "weir_ports", 2, PipePortValue.Size, MaximumPorts) { Flags = BpfMapFlags.BPF_F_NO_PREALLOC });
}
