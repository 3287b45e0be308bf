using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary><c>-j NFLOG</c>: a copy for a program that listens.</summary>
public sealed record NflogTarget : IptablesTarget
{
    /// <summary>NF_LOG_PREFIXLEN: bytes of the prefix in the kernel, with the NUL.</summary>
    internal const int PrefixSize = 128;

    public override string Name => "NFLOG";

    public ushort Group { get; init; }

    /// <summary>At most 127 bytes.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Bytes of each packet that are copied; null: all.</summary>
    public uint? Size { get; init; }

    /// <summary>So many packets are gathered before the program is woken; 0: the kernel's default.</summary>
    public ushort Threshold { get; init; }

    internal override void Print(RulePrinter printer)
    {
        if (Prefix.Length > 0)
        {
            printer.Option("--nflog-prefix");
            printer.Quoted(Prefix);
        }

        if (Group != 0)
            printer.Option("--nflog-group", Group);
        if (Size is { } size)
            printer.Option("--nflog-size", size);
        if (Threshold != 0)
            printer.Option("--nflog-threshold", Threshold);
    }
}

internal sealed class NflogTargetParser : TargetParser
{
    private const int Group = 0, Prefix = 1, Range = 2, Threshold = 3, Size = 4;

    private static readonly ExtensionOption[] All =
    [
        new("nflog-group", Group),
        new("nflog-prefix", Prefix),
        new("nflog-range", Range) { Excludes = 1 << Size },
        new("nflog-size", Size) { Excludes = 1 << Range },
        new("nflog-threshold", Threshold),
    ];

    private NflogTarget _target = new();

    internal override string Name => "NFLOG";

    internal override ExtensionOption[] Options => All;

    internal override NflogTarget Target => _target;

    protected override void Read(int option, OptionValue value)
    {
        switch (option)
        {
            case Group:
                _target = _target with { Group = value.UInt16() };
                break;
            case Prefix:
                _target = value.Text.Length == 0 ? throw Wrong("the prefix is empty") : _target with { Prefix = value.String(NflogTarget.PrefixSize) };
                break;
            case Range:
                // It has never done anything, and the nf_tables variant of the tool leaves it out.
                value.UInt32();
                break;
            case Size:
                _target = _target with { Size = value.UInt32() };
                break;
            case Threshold:
                _target = _target with { Threshold = value.UInt16() };
                break;
        }
    }
}
