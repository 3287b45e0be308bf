namespace Weir.Linux.Bpf;

/// <summary>Where a program stands at a link: include/uapi/linux/bpf.h, <c>enum bpf_attach_type</c>.</summary>
public enum BpfAttachType : uint
{
    /// <summary>Before the frame has a socket buffer.</summary>
    BPF_XDP = 37,
    /// <summary>Frames that come in, before the filters of clsact; kernel 6.6.</summary>
    BPF_TCX_INGRESS = 46,
    /// <summary>Frames that go out, before the filters of clsact; kernel 6.6.</summary>
    BPF_TCX_EGRESS = 47,
}

/// <summary>What a tcx program returns, include/uapi/linux/bpf.h, <c>enum tcx_action_base</c>.</summary>
public static class TcxAction
{
    /// <summary>On to the next program, then to the filters of clsact.</summary>
    public const int TCX_NEXT = -1;
    public const int TCX_PASS = 0;
    public const int TCX_DROP = 2;
    public const int TCX_REDIRECT = 7;
}

/// <summary>What an XDP program returns, include/uapi/linux/bpf.h, <c>enum xdp_action</c>.</summary>
public static class XdpAction
{
    public const int XDP_ABORTED = 0;
    public const int XDP_DROP = 1;
    public const int XDP_PASS = 2;
    public const int XDP_TX = 3;
    public const int XDP_REDIRECT = 4;
}

/// <summary>How an XDP program is run, include/uapi/linux/if_link.h.</summary>
public enum XdpMode : uint
{
    /// <summary>By the driver where it can, else generically.</summary>
    Any = 0,
    XDP_FLAGS_SKB_MODE = 2,
    XDP_FLAGS_DRV_MODE = 4,
    XDP_FLAGS_HW_MODE = 8,
}
