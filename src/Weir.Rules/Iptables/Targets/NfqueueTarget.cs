using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary><c>-j NFQUEUE</c>: a program decides.</summary>
public sealed record NfqueueTarget : IptablesTarget
{
    public override string Name => "NFQUEUE";

    /// <summary>The first or only queue.</summary>
    public ushort Queue { get; init; }

    /// <summary>So many queues share the load.</summary>
    public ushort Count { get; init; } = 1;

    /// <summary>While no program has the queue the packet passes.</summary>
    public bool Bypass { get; init; }

    /// <summary>The processor's number chooses the queue.</summary>
    public bool CpuFanout { get; init; }

    internal override void Print(RulePrinter printer)
    {
        if (Count > 1)
            printer.Option("--queue-balance", $"{Queue}:{Queue + Count - 1}");
        else
            printer.Option("--queue-num", Queue);
        if (Bypass)
            printer.Option("--queue-bypass");
        if (CpuFanout)
            printer.Option("--queue-cpu-fanout");
    }
}

internal sealed class NfqueueTargetParser : TargetParser
{
    private const int Number = 0, Balance = 1, Bypass = 2, Fanout = 3;

    private static readonly ExtensionOption[] All =
    [
        new("queue-num", Number) { Excludes = 1 << Balance },
        new("queue-balance", Balance) { Excludes = 1 << Number },
        new("queue-bypass", Bypass) { TakesValue = false },
        new("queue-cpu-fanout", Fanout) { TakesValue = false, Needs = 1 << Balance },
    ];

    private NfqueueTarget _target = new();

    internal override string Name => "NFQUEUE";

    internal override ExtensionOption[] Options => All;

    internal override NfqueueTarget Target => _target;

    protected override void Read(int option, OptionValue value) => _target = option switch
    {
        Number => _target with { Queue = value.UInt16() },
        Balance when value.Range(ushort.MaxValue) is { First: var first, Last: { } last } && first < last =>
            _target with { Queue = (ushort)first, Count = (ushort)(last - first + 1) },
        Balance => throw Wrong($"\"{value.Text}\" is no range of queues, such as 0:3"),
        Bypass => _target with { Bypass = true },
        _ => _target with { CpuFanout = true },
    };
}
