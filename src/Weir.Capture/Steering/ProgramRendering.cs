namespace Weir.Capture.Steering;

/// <summary>Steering by Weir's eBPF programs: a line per program, as <c>tc filter show</c> names it.</summary>
public sealed class ProgramRendering : ISteeringRendering
{
    public IReadOnlyList<string> Outside(SteeringNames names) => Program(names.Namespace, names.Outside, SteeringFilters.OutsideName);

    public IReadOnlyList<string> Inside(SteeringNames names) => Program(names.Namespace, names.Inside, SteeringFilters.InsideName);

    /// <summary>One program serves all ports; a port is an entry of its map.</summary>
    public IReadOnlyList<string> Pipe(SteeringNames names) => [];

    internal static IReadOnlyList<string> Program(string ns, string link, string program) =>
    [
        $"tc -n {ns} qdisc add dev {link} clsact",
        $"tc -n {ns} filter replace dev {link} ingress pref {SteeringFilters.Preference} protocol all bpf direct-action {program}",
    ];
}
