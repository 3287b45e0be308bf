namespace Weir.Capture.Inline;

/// <summary>The pair that carries frames between the kernel programs and the enforcer.</summary>
public static class PipeNames
{
    /// <summary>The kernel's end: marked frames go in, judged ones come out.</summary>
    public const string Bridge = "vbr-weir";
    /// <summary>The enforcer's end: its ring is here.</summary>
    public const string End = "vth-weir";
    internal const int BridgeIndex = 10000000, EndIndex = 10000001;
    internal const int Mtu = 65535;
}
