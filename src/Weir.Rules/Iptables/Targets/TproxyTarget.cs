using System.Net;
using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary><c>-j TPROXY</c>: gives the packet to a local socket without changing it, and marks it.</summary>
public sealed record TproxyTarget : IptablesTarget
{
    public override string Name => "TPROXY";

    public required ushort Port { get; init; }

    /// <summary>All zero: the address of the interface that the packet came in by.</summary>
    public required IPAddress Address { get; init; }

    public MarkMask Mark { get; init; }

    internal override void Print(RulePrinter printer)
    {
        printer.Option("--on-port", Port);
        printer.Option("--on-ip", AddressText.Format(Address));
        printer.Option("--tproxy-mark", Mark.ToLongString());
    }
}

internal sealed class TproxyTargetParser(IptablesFamily family) : TargetParser
{
    private const int Port = 0, Address = 1, Mark = 2;

    private static readonly ExtensionOption[] All = [new("on-port", Port), new("on-ip", Address), new("tproxy-mark", Mark)];

    private TproxyTarget _target = new() { Port = 0, Address = family == IptablesFamily.IPv4 ? IPAddress.Any : IPAddress.IPv6Any };

    internal override string Name => "TPROXY";

    internal override ExtensionOption[] Options => All;

    internal override TproxyTarget Target => _target;

    protected override uint NeedsOneOf => 1 << Port;

    protected override void Read(int option, OptionValue value) => _target = option switch
    {
        Port => _target with { Port = value.Port() },
        Address => _target with { Address = value.Host() },
        _ => _target with { Mark = value.MarkMask() },
    };
}
