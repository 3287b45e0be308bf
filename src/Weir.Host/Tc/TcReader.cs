using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Netlink;
using Weir.Netlink.Route;
using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Actions;
using Weir.Netlink.TrafficControl.Classifiers;
using Weir.Netlink.TrafficControl.Disciplines;
using Weir.Rules.Tc;
using TcAction = Weir.Rules.Tc.TcAction;

namespace Weir.Host.Tc;

/// <summary>The kernel's qdiscs, classes and filters as the model of tc's texts.</summary>
internal sealed class TcReader(RouteSocket socket)
{
    private readonly Dictionary<int, string> _names = socket.Links.List().ToDictionary(link => link.Index, link => link.Name);

    /// <summary>All of them, in the order in which they were made links.</summary>
    internal IReadOnlyDictionary<int, string> Names => _names;

    internal string Name(int index) => _names.GetValueOrDefault(index) ?? $"if{index}";

    internal IReadOnlyList<TcQdisc> Qdiscs() => [.. socket.Qdiscs.List().Select(Qdisc)];

    internal IReadOnlyList<TcClass> Classes(int link) => [.. socket.TrafficClasses.List(link).Select(Class)];

    internal IReadOnlyList<TcFilter> Filters(int link, uint parent) => 
        // The kernel tells by which name the last filter of a hook was added; tc prints it when it is not the one that was asked for.
        [.. socket.Filters.List(link, parent).Select(Filter).Select(filter => filter.Parent == parent ? filter : filter with { Printed = filter.Printed | TcFilterPlaces.Parent })];

    internal TcQdisc Qdisc(Qdisc qdisc) => new(qdisc.Kind)
    {
        Device = Name(qdisc.LinkIndex),
        Handle = qdisc.Handle,
        Parent = qdisc.Parent,
        References = qdisc.References == 1 ? null : qdisc.References,
        Statistics = TcCounts.Print(qdisc.Statistics),
        Discipline = qdisc.Discipline switch
        {
            FifoQdisc fifo => new TcFifo(fifo.Limit),
            HtbQdisc htb => new TcHtb(htb.RateToQuantum, htb.DefaultClass) { DirectPackets = htb.DirectPackets, DirectQueueLength = htb.DirectQueueLength },
            TbfQdisc tbf => Tbf(tbf),
            NetemQdisc { HasUnknown: false } netem => Disciplines.Print(netem),
            PrioQdisc prio => new TcPrio(prio.Bands, prio.PriorityMap),
            CodelQdisc codel => Disciplines.Print(codel),
            FqCodelQdisc codel => Disciplines.Print(codel),
            _ => null,
        },
    };

    internal TcClass Class(TrafficClass @class) => new(@class.Kind)
    {
        Device = Name(@class.LinkIndex),
        Handle = @class.Handle,
        Parent = @class.Parent,
        Leaf = @class.Leaf,
        Statistics = TcCounts.Print(@class.Statistics),
        Htb = @class.Htb is not { } htb ? null : new TcHtbClass(htb.Rate, htb.Ceiling, htb.Burst, htb.CeilingBurst)
        {
            Priority = htb.Level == 0 ? htb.Priority : null,
            Quantum = htb.Quantum,
            Overhead = htb.Overhead,
            MinimumPacket = htb.MinimumPacket,
            Atm = htb.LinkLayer == 2,
        },
    };

    internal TcFilter Filter(Filter filter) => new(Classifier(filter))
    {
        Device = Name(filter.LinkIndex),
        Parent = filter.Parent,
        Protocol = TcProtocols.Print(filter.Protocol),
        Preference = filter.Preference,
        Chain = filter.Chain,
        Handle = filter.Handle,
        Actions = [.. filter.Actions.Select(Action)],
    };

    /// <summary>As tc reckons it, from what may wait.</summary>
    private static TcTbf Tbf(TbfQdisc tbf) =>
        new(tbf.Rate, PacketSchedule.TransmitSize(tbf.Rate, tbf.BurstTicks), Latency(tbf, tbf.Limit))
        {
            PeakRate = tbf.PeakRate,
            MinimumBurst = PacketSchedule.TransmitSize(tbf.PeakRate, tbf.PeakBurstTicks),
            Overhead = tbf.Overhead,
            MinimumPacket = tbf.MinimumPacket,
            Atm = tbf.LinkLayer == 2,
            Limit = tbf.Limit,
        };

    /// <returns>Microseconds; below 0 when less may wait than the bucket lets through.</returns>
    internal static double Latency(TbfQdisc tbf, uint limit)
    {
        var latency = (1_000_000d * (limit / (double)tbf.Rate)) - PacketSchedule.ToMicroseconds(tbf.BurstTicks);
        return tbf.PeakRate == 0 ? latency : Math.Max(latency, (1_000_000d * (limit / (double)tbf.PeakRate)) - PacketSchedule.ToMicroseconds(tbf.PeakBurstTicks));
    }

    private static TcClassifier Classifier(Filter filter)
    {
        TcClassifier read = filter.Classifier switch
        {
            U32Classifier { Police.Length: > 0 } => new TcUnknownClassifier("u32", ""),
            U32Classifier u32 => U32(u32),
            FlowerClassifier flower => new TcFlower(FlowerKeys.Print(flower)),
            MatchallClassifier matchall => new TcMatchall { Hits = matchall.Matched },
            BpfClassifier bpf => Bpf(bpf),
            FwClassifier { Unknown.Count: 0 } fw => new TcFw { Mask = fw.Mask, InputDevice = fw.InputDevice },
            BasicClassifier { Unknown.Count: 0 } => new TcBasic(),
            var other => new TcUnknownClassifier(other.Kind, ""),
        };
        return read with { ClassId = filter.Classifier.ClassId, Offload = Offload(filter.Classifier.Offload) };
    }

    private static TcU32 U32(U32Classifier u32) => new()
    {
        Divisor = u32.Divisor,
        HashTable = u32.HashTable,
        Terminal = u32.Terminal,
        Link = u32.Link,
        Mark = u32.Mark is { } mark ? new TcU32Mark(mark.Value, mark.Mask, mark.Success) : null,
        Matches = [.. u32.Matches.Select(match => new TcU32Match(match.Value, match.Mask, match.Offset, match.OffsetMask != 0))],
        Offset = u32.Offset is { } offset ? new TcU32Offset(offset.Mask, offset.Shift, offset.At, offset.Plus, offset.Variable) : null,
        Eat = u32.Eat,
        HashMask = u32.HashMask,
        HashOffset = u32.HashOffset,
        InputDevice = u32.InputDevice,
        Hits = TcCounts.Hits(u32),
    };

    /// <summary>The program's name is the kernel's to tell, and only to root.</summary>
    private static TcBpf Bpf(BpfClassifier bpf)
    {
        var read = new TcBpf(bpf.Name) { DirectAction = bpf.DirectAction, ProgramId = bpf.ProgramId, Tag = Convert.ToHexStringLower(bpf.Tag) };
        if (bpf.ProgramId == 0)
            return read;
        try
        {
            using var program = BpfProgram.OpenById(bpf.ProgramId);
            var info = program.Info();
            return read with { ProgramName = info.Name, Jited = info.IsJited };
        }
        catch (LinuxException)
        {
            return read;
        }
    }

    private static List<string> Offload(OffloadFlags flags)
    {
        List<string> words = [];
        if (flags.HasFlag(OffloadFlags.SkipHardware))
            words.Add("skip_hw");
        if (flags.HasFlag(OffloadFlags.SkipSoftware))
            words.Add("skip_sw");
        if (flags.HasFlag(OffloadFlags.InHardware))
            words.Add("in_hw");
        else if (flags.HasFlag(OffloadFlags.NotInHardware))
            words.Add("not_in_hw");
        return words;
    }

    private TcAction Action(FilterAction action)
    {
        var control = TcControls.Print(action.Control);
        TcAction read = action switch
        {
            MirredAction mirred => new TcMirred(
                mirred.Target is MirredTarget.IngressMirror or MirredTarget.IngressRedirect, mirred.Target is MirredTarget.EgressRedirect or MirredTarget.IngressRedirect, Name(mirred.LinkIndex), control),
            PeditAction pedit => new TcPedit([.. pedit.Keys.Select(key => new TcPeditKey(TcHeaders.Print(key.Header), key.Offset, key.Value, key.Mask, key.Command == PeditCommand.Add))], control) { Extended = pedit.Extended },
            GactAction gact => new TcGact(control, gact.Randomness switch { GactRandomness.Random => "netrand", GactRandomness.Every => "determ", _ => "none" }, TcControls.Print(gact.RandomControl), gact.RandomValue),
            SkbeditAction skbedit => new TcSkbedit(control)
            {
                QueueMapping = skbedit.QueueMapping,
                Priority = skbedit.Priority,
                Mark = skbedit.Mark,
                MarkMask = skbedit.MarkMask == uint.MaxValue ? null : skbedit.MarkMask,
                PacketType = skbedit.PacketType is { } type ? TcHeaders.PacketTypes.ElementAtOrDefault(type) ?? $"{type}" : null,
                InheritDsField = skbedit.InheritDsField,
            },
            CsumAction csum => new TcCsum([.. TcHeaders.Checksums.Where((_, i) => ((uint)csum.Kinds & (1u << i)) != 0)], control),
            PoliceAction police => PoliceActions.Print(police),
            _ => new TcUnknownAction(action.Kind, action.Kind),
        };
        return read with
        {
            Index = action.Index,
            References = (uint)action.References,
            Bindings = (uint)action.Bindings,
            Statistics = TcCounts.Print(action.Statistics),
            Times = TcCounts.Print(action.Times),
        };
    }
}
