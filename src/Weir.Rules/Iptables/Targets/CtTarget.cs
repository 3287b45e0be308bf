using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary>Events of a connection. Bit n is the kernel's IPCT_ number n; the names are the tool's.</summary>
[Flags]
public enum ConnectionEvents : uint
{
    None = 0,
    @new = 1,
    related = 2,
    destroy = 4,
    reply = 8,
    assured = 0x10,
    protoinfo = 0x20,
    helper = 0x40,
    mark = 0x80,
    natseqinfo = 0x100,
    secmark = 0x200,
}

/// <summary>Which direction of a connection a zone is for. The numbers are the kernel's XT_CT_ZONE_DIR_.</summary>
[Flags]
public enum ZoneDirections : byte
{
    /// <summary>Nothing is said: both.</summary>
    None = 0,
    Original = 4,
    Reply = 8,
}

/// <summary><c>-j CT</c>, and its older name <c>-j NOTRACK</c>: how a packet's connection is tracked.</summary>
public sealed record CtTarget : IptablesTarget
{
    /// <summary>Bytes of the names in the kernel, with the NUL.</summary>
    internal const int HelperSize = 16, TimeoutSize = 32;

    public override string Name => IsNotrackAlias ? "NOTRACK" : "CT";

    /// <summary>It was written as <c>-j NOTRACK</c>, and is kept so.</summary>
    public bool IsNotrackAlias { get; init; }

    /// <summary>The connection isn't tracked.</summary>
    public bool NoTrack { get; init; }

    public string Helper { get; init; } = "";

    public string Timeout { get; init; } = "";

    public ConnectionEvents Events { get; init; }

    /// <summary><c>--expevents new</c></summary>
    public bool ExpectationEvents { get; init; }

    public ushort Zone { get; init; }

    /// <summary>The zone's number is the packet's mark.</summary>
    public bool ZoneIsMark { get; init; }

    public ZoneDirections ZoneDirections { get; init; }

    internal override void Print(RulePrinter printer)
    {
        if (IsNotrackAlias)
            return;
        if (NoTrack)
            printer.Option("--notrack");
        if (Helper.Length > 0)
            printer.Option("--helper", Helper);
        if (Timeout.Length > 0)
            printer.Option("--timeout", Timeout);
        if (Events != 0)
            printer.Option("--ctevents", string.Join(',', Enum.GetValues<ConnectionEvents>().Where(bit => (Events & bit) != 0)));
        if (ExpectationEvents)
            printer.Option("--expevents", "new");
        if (!ZoneIsMark && Zone == 0)
            return;
        var name = ZoneDirections switch { ZoneDirections.Original => "--zone-orig", ZoneDirections.Reply => "--zone-reply", _ => "--zone" };
        printer.Option(name, ZoneIsMark ? "mark" : $"{Zone}");
    }
}

internal sealed class CtTargetParser : TargetParser
{
    private const int NoTrack = 0, Helper = 1, Timeout = 2, Events = 3, Expectations = 4, ZoneOriginal = 5, ZoneReply = 6, Zone = 7;

    private static readonly ExtensionOption[] All =
    [
        new("notrack", NoTrack) { TakesValue = false },
        new("helper", Helper),
        new("timeout", Timeout),
        new("ctevents", Events),
        new("expevents", Expectations),
        new("zone-orig", ZoneOriginal),
        new("zone-reply", ZoneReply),
        new("zone", Zone),
    ];

    private CtTarget _target = new();

    internal override string Name => "CT";

    internal override ExtensionOption[] Options => All;

    internal override CtTarget Target => _target;

    protected override void Read(int option, OptionValue value)
    {
        switch (option)
        {
            case NoTrack:
                _target = _target with { NoTrack = true };
                break;
            case Helper:
                _target = _target with { Helper = value.String(CtTarget.HelperSize) };
                break;
            case Timeout:
                _target = _target with { Timeout = value.String(CtTarget.TimeoutSize) };
                break;
            case Events:
                _target = _target with { Events = EventList(value.Text) };
                break;
            case Expectations:
                _target = value.Text.Split(',').All(word => word == "new") ? _target with { ExpectationEvents = true } : throw Wrong($"unknown event in \"{value.Text}\": new is known");
                break;
            default:
                ReadZone(option, value);
                break;
        }
    }

    private void ReadZone(int option, OptionValue value)
    {
        var isMark = value.Text.Equals("mark", StringComparison.OrdinalIgnoreCase);
        _target = _target with
        {
            ZoneDirections = _target.ZoneDirections | option switch { ZoneOriginal => ZoneDirections.Original, ZoneReply => ZoneDirections.Reply, _ => ZoneDirections.None },
            ZoneIsMark = _target.ZoneIsMark || isMark,
            Zone = isMark ? (ushort)0 : value.UInt16(),
        };
    }

    private ConnectionEvents EventList(string list)
    {
        var events = ConnectionEvents.None;
        foreach (var word in list.Split(','))
        {
            if (!Enum.TryParse<ConnectionEvents>(word, out var known) || known == 0 || known.ToString() != word)
                throw Wrong($"unknown event \"{word}\"");
            events |= known;
        }

        return events;
    }
}
