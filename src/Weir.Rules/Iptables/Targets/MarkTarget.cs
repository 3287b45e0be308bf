using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary><c>-j MARK</c>: mark = (mark &amp; ~<see cref="MarkMask.Mask"/>) ^ <see cref="MarkMask.Mark"/>, whatever option it was written with.</summary>
public sealed record MarkTarget(MarkMask Mark) : IptablesTarget
{
    public override string Name => "MARK";

    internal override void Print(RulePrinter printer) => printer.Option("--set-xmark", Mark.ToLongString());
}

internal sealed class MarkTargetParser : TargetParser
{
    private const uint Any = 0x1f;

    private static readonly ExtensionOption[] All =
    [
        new("set-xmark", 0) { Excludes = Any },
        new("set-mark", 1) { Excludes = Any },
        new("and-mark", 2) { Excludes = Any },
        new("or-mark", 3) { Excludes = Any },
        new("xor-mark", 4) { Excludes = Any },
    ];

    private MarkMask _mark;

    internal override string Name => "MARK";

    internal override ExtensionOption[] Options => All;

    internal override MarkTarget Target => new(_mark);

    protected override uint NeedsOneOf => Any;

    protected override void Read(int option, OptionValue value) => _mark = Change(option, value);

    /// <summary>The five ways to write a change of a mark, as the one that the kernel has; CONNMARK has the same.</summary>
    internal static MarkMask Change(int option, OptionValue value) => option switch
    {
        0 => value.MarkMask(),
        1 => value.MarkMask() is var set ? set with { Mask = set.Mark | set.Mask } : default,
        2 => new MarkMask(0, ~value.UInt32()),
        3 => value.UInt32() is var bits ? new MarkMask(bits, bits) : default,
        _ => new MarkMask(value.UInt32(), 0),
    };
}
