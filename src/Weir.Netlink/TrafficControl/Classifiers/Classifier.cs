namespace Weir.Netlink.TrafficControl.Classifiers;

/// <summary>How a filter finds the frames that it is for.</summary>
public abstract record Classifier(string Kind)
{
    /// <summary>The class that a matching frame goes to (<c>flowid</c>, <c>classid</c>); 0 for none.</summary>
    public uint ClassId { get; init; }

    /// <summary>What of it a network card does.</summary>
    public OffloadFlags Offload { get; init; }
}

/// <summary>include/uapi/linux/pkt_cls.h: TCA_CLS_FLAGS_.</summary>
[Flags]
public enum OffloadFlags : uint
{
    None = 0,
    SkipHardware = 1,
    SkipSoftware = 2,
    /// <summary>Only in lists.</summary>
    InHardware = 4,
    /// <summary>Only in lists.</summary>
    NotInHardware = 8,
}

/// <summary>A classifier of a kind that is not known here; <see cref="Filter.Options"/> has its bytes.</summary>
public sealed record UnknownClassifier(string Kind) : Classifier(Kind);
