using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary>What CONNMARK does. The numbers are the kernel's XT_CONNMARK_.</summary>
public enum ConnmarkMode : byte
{
    Set = 0,
    Save = 1,
    Restore = 2,
}

/// <summary><c>-j CONNMARK</c>: changes the connection's mark, saves the packet's into it or restores it from there.</summary>
public sealed record ConnmarkTarget : IptablesTarget
{
    public override string Name => "CONNMARK";

    public required ConnmarkMode Mode { get; init; }

    /// <summary>Of <see cref="ConnmarkMode.Set"/>.</summary>
    public uint Mark { get; init; }

    /// <summary>Bits of the connection's mark.</summary>
    public uint ConnectionMask { get; init; } = uint.MaxValue;

    /// <summary>Bits of the packet's mark.</summary>
    public uint PacketMask { get; init; } = uint.MaxValue;

    /// <summary>By so many bits the mark is shifted, to the left, or to the right when negative; -32 to 32.</summary>
    public int Shift { get; init; }

    internal override void Print(RulePrinter printer)
    {
        if (Mode == ConnmarkMode.Set)
        {
            printer.Option("--set-xmark", new MarkMask(Mark, ConnectionMask).ToLongString());
        }
        else
        {
            printer.Option(Mode == ConnmarkMode.Save ? "--save-mark" : "--restore-mark");
            printer.Option("--nfmask", $"0x{PacketMask:x}");
            printer.Option("--ctmask", $"0x{ConnectionMask:x}");
        }

        if (Shift != 0)
            printer.Option(Shift > 0 ? "--left-shift-mark" : "--right-shift-mark", $"{Math.Abs(Shift)}");
    }
}

internal sealed class ConnmarkTargetParser : TargetParser
{
    private const int Save = 5, Restore = 6, Left = 7, Right = 8, ConnectionMask = 9, PacketMask = 10, Mask = 11;

    private const uint Any = 0x7f;

    private static readonly ExtensionOption[] All =
    [
        new("set-xmark", 0) { Excludes = Any },
        new("set-mark", 1) { Excludes = Any },
        new("and-mark", 2) { Excludes = Any },
        new("or-mark", 3) { Excludes = Any },
        new("xor-mark", 4) { Excludes = Any },
        new("save-mark", Save) { TakesValue = false, Excludes = Any },
        new("restore-mark", Restore) { TakesValue = false, Excludes = Any },
        new("left-shift-mark", Left),
        new("right-shift-mark", Right),
        new("ctmask", ConnectionMask) { Excludes = 1 << Mask },
        new("nfmask", PacketMask) { Excludes = 1 << Mask },
        new("mask", Mask) { Excludes = (1 << ConnectionMask) | (1 << PacketMask) },
    ];

    private ConnmarkTarget _target = new() { Mode = ConnmarkMode.Set };

    internal override string Name => "CONNMARK";

    internal override ExtensionOption[] Options => All;

    internal override ConnmarkTarget Target => _target;

    protected override uint NeedsOneOf => Any;

    protected override void Read(int option, OptionValue value) => _target = option switch
    {
        Save => _target with { Mode = ConnmarkMode.Save },
        Restore => _target with { Mode = ConnmarkMode.Restore },
        Left => _target with { Shift = (int)value.UInt32(32) },
        Right => _target with { Shift = -(int)value.UInt32(32) },
        ConnectionMask => _target with { ConnectionMask = value.UInt32() },
        PacketMask => _target with { PacketMask = value.UInt32() },
        Mask => _target with { ConnectionMask = value.UInt32(), PacketMask = value.UInt32() },
        _ => MarkTargetParser.Change(option, value) is var mark ? _target with { Mode = ConnmarkMode.Set, Mark = mark.Mark, ConnectionMask = mark.Mask } : _target,
    };
}
