using Weir.Linux.Bpf;
using Weir.Netlink;
using Weir.Netlink.TrafficControl.Classifiers;

namespace Weir.Capture.Steering;

/// <summary>Where the programs hang: clsact ingress, preference 1.</summary>
internal static class SteeringFilters
{
    public const string OutsideName = "weir_vex", InsideName = "weir_vin", PipeName = "weir_vbr", EndName = "weir_vth";
    public const ushort Preference = 1;
    public const uint Ingress = 0xfffffff2;
    private const uint IngressQdiscParent = 0xfffffff1;

    /// <summary>Adds the program, or puts it in the place of the one that is there, in one step.</summary>
    public static void Set(RouteSocket socket, int linkIndex, BpfProgram program, string name)
    {
        if (!socket.Qdiscs.List(linkIndex).Any(qdisc => qdisc.Parent == IngressQdiscParent))
            socket.Qdiscs.AddClsact(linkIndex);
        socket.Filters.SetBpf(linkIndex, Ingress, Preference, program.Descriptor, name);
    }

    /// <summary>For a link that was just moved and has no qdisc.</summary>
    public static void SetFirst(RouteSocket socket, int linkIndex, BpfProgram program, string name)
    {
        socket.Qdiscs.AddClsact(linkIndex);
        socket.Filters.SetBpf(linkIndex, Ingress, Preference, program.Descriptor, name);
    }

    /// <summary>The name of the program at Weir's place; empty when there is none.</summary>
    public static string Find(RouteSocket socket, int linkIndex) =>
        socket.Qdiscs.List(linkIndex).Any(qdisc => qdisc.Parent == IngressQdiscParent)
            ? socket.Filters.List(linkIndex, Ingress).Where(filter => filter.Preference == Preference).Select(filter => filter.Classifier).OfType<BpfClassifier>().FirstOrDefault(bpf => bpf.ProgramId != 0)?.Name ?? ""
            : "";
}
