using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary><c>-j TCPMSS</c>: changes the largest segment that a SYN offers.</summary>
/// <param name="Size">In bytes; null: what the path's MTU allows.</param>
public sealed record TcpmssTarget(ushort? Size) : IptablesTarget
{
    public override string Name => "TCPMSS";

    internal override void Print(RulePrinter printer)
    {
        if (Size is { } size)
            printer.Option("--set-mss", size);
        else
            printer.Option("--clamp-mss-to-pmtu");
    }
}

internal sealed class TcpmssTargetParser(IptablesFamily family) : TargetParser
{
    private const int Set = 0, Clamp = 1;

    private static readonly ExtensionOption[] All = [new("set-mss", Set), new("clamp-mss-to-pmtu", Clamp) { TakesValue = false }];

    private ushort? _size;

    internal override string Name => "TCPMSS";

    internal override ExtensionOption[] Options => All;

    internal override TcpmssTarget Target => new(_size);

    protected override uint NeedsOneOf => 3;

    /// <summary>Both may be given, and then the later one counts. The header's length bounds the size.</summary>
    protected override void Read(int option, OptionValue value) =>
        _size = option == Clamp ? null : (ushort)value.UInt32(ushort.MaxValue - (family == IptablesFamily.IPv4 ? 20u : 40u));
}
