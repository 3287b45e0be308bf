namespace Weir.Capture.Steering;

/// <summary>How steering is written as tc lines: Weir's own programs, or the u32 and pedit rules of NeuVector's form.</summary>
public interface ISteeringRendering
{
    /// <summary>The filters on <c>vex</c>, frames toward the workload.</summary>
    IReadOnlyList<string> Outside(SteeringNames names);

    /// <summary>The filters on <c>vin</c>, frames from the workload.</summary>
    IReadOnlyList<string> Inside(SteeringNames names);

    /// <summary>The filters on the pipe for this port: frames back from the enforcer.</summary>
    IReadOnlyList<string> Pipe(SteeringNames names);
}

/// <summary>The links and addresses of one port's steering.</summary>
public sealed record SteeringNames(string Namespace, string Outside, int OutsideIndex, string Inside, int InsideIndex, string Pipe, byte[] Address, byte[] Marker);
