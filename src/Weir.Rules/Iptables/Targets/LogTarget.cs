using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary>What else a log line tells. The numbers are the kernel's XT_LOG_.</summary>
[Flags]
public enum LogOptions : byte
{
    None = 0,
    TcpSequence = 1,
    TcpOptions = 2,
    IpOptions = 4,
    User = 8,
    MacDecode = 0x20,
}

/// <summary><c>-j LOG</c>: a line in the kernel's log.</summary>
public sealed record LogTarget : IptablesTarget
{
    /// <summary>Bytes of the prefix in the kernel, with the NUL.</summary>
    internal const int PrefixSize = 30;

    internal const byte DefaultLevel = 4;

    public override string Name => "LOG";

    /// <summary>At most 29 bytes.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Of syslog(3), 0 (emerg) to 7 (debug).</summary>
    public byte Level { get; init; } = DefaultLevel;

    public LogOptions Options { get; init; }

    internal override void Print(RulePrinter printer)
    {
        if (Prefix.Length > 0)
        {
            printer.Option("--log-prefix");
            printer.Quoted(Prefix);
        }

        if (Level != DefaultLevel)
            printer.Option("--log-level", Level);
        if ((Options & LogOptions.TcpSequence) != 0)
            printer.Option("--log-tcp-sequence");
        if ((Options & LogOptions.TcpOptions) != 0)
            printer.Option("--log-tcp-options");
        if ((Options & LogOptions.IpOptions) != 0)
            printer.Option("--log-ip-options");
        if ((Options & LogOptions.User) != 0)
            printer.Option("--log-uid");
        if ((Options & LogOptions.MacDecode) != 0)
            printer.Option("--log-macdecode");
    }
}

internal sealed class LogTargetParser : TargetParser
{
    private const int Level = 0, Prefix = 1;

    private static readonly ExtensionOption[] All =
    [
        new("log-level", Level),
        new("log-prefix", Prefix),
        new("log-tcp-sequence", 2) { TakesValue = false },
        new("log-tcp-options", 3) { TakesValue = false },
        new("log-ip-options", 4) { TakesValue = false },
        new("log-uid", 5) { TakesValue = false },
        new("log-macdecode", 6) { TakesValue = false },
    ];

    private LogTarget _target = new();

    internal override string Name => "LOG";

    internal override ExtensionOption[] Options => All;

    internal override LogTarget Target => _target;

    protected override void Read(int option, OptionValue value) => _target = option switch
    {
        Level => _target with { Level = LevelOf(value.Text) },
        Prefix => value.Text.Length == 0 ? throw Wrong("the prefix is empty") : _target with { Prefix = value.String(LogTarget.PrefixSize) },
        2 => With(LogOptions.TcpSequence),
        3 => With(LogOptions.TcpOptions),
        4 => With(LogOptions.IpOptions),
        5 => With(LogOptions.User),
        _ => With(LogOptions.MacDecode),
    };

    private LogTarget With(LogOptions option) => _target with { Options = _target.Options | option };

    private byte LevelOf(string text) => text switch
    {
        "emerg" or "panic" => 0,
        "alert" => 1,
        "crit" => 2,
        "error" => 3,
        "warning" => 4,
        "notice" => 5,
        "info" => 6,
        "debug" => 7,
        _ => CNumber.TryParse(text, 0, 7, out var level) ? (byte)level : throw Wrong($"log level \"{text}\" unknown: 0 to 7, or emerg to debug"),
    };
}
