using Weir.Fuzz.Targets;

namespace Weir.Fuzz;

/// <summary>What a target does with an input. It throws when something that must hold does not.</summary>
public delegate void Target(ReadOnlySpan<byte> input);

/// <summary>All targets by name. A new one is a file in Targets with <c>public static void Run(ReadOnlySpan&lt;byte&gt; input)</c>, a line here, and a folder Corpus/name.</summary>
public static class TargetList
{
    public static IReadOnlyDictionary<string, Target> All { get; } = new SortedDictionary<string, Target>(StringComparer.Ordinal)
    {
        ["bpf-object"] = BpfObjectTarget.Run,
        ["netfilter-replies"] = NetfilterRepliesTarget.Run,
        ["ipset"] = IpsetTextTarget.Run,
        ["conntrack"] = ConntrackTextTarget.Run,
        ["course-frames"] = CourseFramesTarget.Run,
        ["frame"] = FrameTarget.Run,
        ["steps"] = StepsTarget.Run,
        ["dns"] = DnsTarget.Run,
        ["enforcer"] = EnforcerFrames.Run,
        ["tls"] = TlsTarget.Run,
        ["ip"] = IpTextTarget.Run,
        ["ip-json"] = IpJsonTarget.Run,
        ["iptables"] = IptablesTextTarget.Run,
        ["http1"] = Http1Target.Run,
        ["nft"] = NftTarget.Run,
        ["netlink"] = NetlinkReplies.Run,
        ["nft-replies"] = NftRepliesTarget.Run,
        ["stack"] = StackTarget.Run,
        ["tc"] = TcTextTarget.Run,
        ["tcp-layer"] = TcpLayerTarget.Run,
        ["tcp-options"] = TcpOptionsTarget.Run,
    };
}
