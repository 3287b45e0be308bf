using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Actions;
using Weir.Netlink.TrafficControl.Classifiers;
using Weir.Netlink.TrafficControl.Disciplines;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>Why an object of a text can't be sent.</summary>
internal sealed class TcBuildException(string message) : Exception(message);

/// <summary>The model of tc's texts as what Weir.Netlink sends.</summary>
/// <param name="links">Indexes of the namespace's links by name.</param>
internal sealed class TcBuilder(IReadOnlyDictionary<string, int> links)
{
    internal int Link(string? name)
    {
        if (string.IsNullOrEmpty(name))
            throw new TcBuildException("no device is named, neither here nor by a prompt above (dev NAME)");
        return links.TryGetValue(name, out var index) ? index : throw new TcBuildException($"there is no device {name}");
    }

    /// <param name="isListed">tc has printed it, so its sizes are rounded: see <see cref="ListedBurst"/>.</param>
    internal Qdisc Qdisc(TcQdisc qdisc, bool isListed) => new(Link(qdisc.Device), qdisc.Kind, qdisc.Handle, qdisc.Parent)
    {
        Discipline = qdisc.Discipline switch
        {
            TcFifo fifo => new FifoQdisc { Limit = fifo.Limit },
            TcHtb htb => new HtbQdisc { RateToQuantum = htb.RateToQuantum, DefaultClass = htb.DefaultClass, DirectQueueLength = htb.DirectQueueLength },
            TcTbf tbf => isListed ? ListedBurst.Bucket(tbf, Tbf(tbf)) : Tbf(tbf),
            TcNetem netem => Disciplines.Build(netem, isListed),
            // pfifo_fast is listed with bands that it is not told.
            TcPrio prio => qdisc.Kind == "prio" ? new PrioQdisc { Bands = prio.Bands, PriorityMap = prio.Map } : null,
            TcCodel codel => Disciplines.Build(codel, qdisc.Kind, isListed),
            // What tc fills in itself when nothing is said.
            _ => qdisc.Kind switch { "htb" => new HtbQdisc(), "netem" => new NetemQdisc(), "prio" => new PrioQdisc(), _ => null },
        },
    };

    /// <inheritdoc cref="Qdisc"/>
    internal TrafficClass Class(TcClass @class, bool isListed) => new(Link(@class.Device), @class.Kind, @class.Handle, @class.Parent)
    {
        Htb = @class.Htb is { } htb ? Htb(htb, isListed) : null,
    };

    /// <inheritdoc cref="Qdisc"/>
    internal Filter Filter(TcFilter filter, bool isListed)
    {
        var protocol = (ushort)0;
        if (filter.Protocol.Length != 0 && !TcProtocols.TryParse(filter.Protocol, out protocol))
            throw new TcBuildException($"the protocol {filter.Protocol} is not known here");
        // Linux 6.18 tries such a request again for ever, inside the kernel (net/sched/act_api.c tcf_idr_check_alloc).
        if (filter.Actions.Where(action => action.Index != 0).GroupBy(action => (action.Kind, action.Index)).FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
            throw new TcBuildException($"a filter can't have the same action twice ({twice.Key.Kind} index {twice.Key.Index})");
        return new Filter
        {
            LinkIndex = Link(filter.Device),
            Parent = filter.Parent ?? throw new TcBuildException("it is not said where the filter hangs, neither here nor by a prompt above (parent, ingress, egress)"),
            Preference = (ushort)filter.Preference,
            Protocol = protocol,
            Chain = filter.Chain ?? 0,
            Handle = filter.Handle,
            Classifier = Classifier(filter.Classifier, protocol),
            Actions = [.. filter.Actions.Select(action => Action(action, isListed))],
        };
    }

    private static HtbClass Htb(TcHtbClass htb, bool isListed)
    {
        HtbClass built = new()
        {
            Rate = htb.Rate,
            Ceiling = htb.Ceiling,
            Burst = htb.Burst,
            CeilingBurst = htb.CeilingBurst,
            Priority = htb.Priority ?? 0,
            Quantum = htb.Quantum,
            Overhead = htb.Overhead,
            MinimumPacket = htb.MinimumPacket,
            LinkLayer = LinkLayer(htb.Atm),
        };
        if (!isListed)
            return built;
        var (rate, ticks) = ListedBurst.Ticks(htb.Rate, htb.Burst);
        var (ceiling, ceilingTicks) = ListedBurst.Ticks(htb.Ceiling, htb.CeilingBurst);
        return built with { Rate = rate, BurstTicks = ticks, Ceiling = ceiling, CeilingBurstTicks = ceilingTicks };
    }

    private static TbfQdisc Tbf(TcTbf tbf)
    {
        // tc's reckoning: what the rate brings in that time, and the bucket; the smaller one of the two rates.
        var limit = (tbf.Rate * tbf.Latency / 1_000_000d) + tbf.Burst;
        if (tbf.PeakRate != 0)
            limit = Math.Min(limit, (tbf.PeakRate * tbf.Latency / 1_000_000d) + tbf.MinimumBurst);
        return new TbfQdisc
        {
            Rate = tbf.Rate,
            Burst = tbf.Burst,
            // In 32 bits, as tc's.
            Limit = tbf.Limit ?? unchecked((uint)(long)limit),
            PeakRate = tbf.PeakRate,
            PeakBurst = tbf.MinimumBurst,
            Overhead = tbf.Overhead,
            MinimumPacket = tbf.MinimumPacket,
            LinkLayer = LinkLayer(tbf.Atm),
        };
    }

    private static byte LinkLayer(bool isAtm) => (byte)(isAtm ? 2 : 1);

    private static Classifier Classifier(TcClassifier classifier, ushort protocol)
    {
        Classifier built = classifier switch
        {
            TcU32 u32 => U32(u32),
            TcFlower flower => Flower(flower, protocol),
            TcMatchall => new MatchallClassifier(),
            TcFw fw => new FwClassifier { Mask = fw.Mask, InputDevice = fw.InputDevice },
            TcBasic => new BasicClassifier(),
            TcBpf => throw new TcBuildException("a program can't be loaded from a text; u32, flower, matchall, fw and basic can be"),
            _ => new UnknownClassifier(classifier.Kind),
        };
        var offload = OffloadFlags.None;
        if (classifier.Offload.Contains("skip_hw"))
            offload |= OffloadFlags.SkipHardware;
        if (classifier.Offload.Contains("skip_sw"))
            offload |= OffloadFlags.SkipSoftware;
        return built with { ClassId = classifier.ClassId, Offload = offload };
    }

    private static U32Classifier U32(TcU32 u32) => new()
    {
        Divisor = u32.Divisor,
        HashTable = u32.HashTable,
        Terminal = u32.Terminal,
        Link = u32.Link,
        Mark = u32.Mark is { } mark ? new U32Mark(mark.Value, mark.Mask) : null,
        Matches = [.. u32.Matches.Select(match => new U32Match(match.Value, match.Mask, match.Offset, match.NextHeader ? -1 : 0))],
        Offset = u32.Offset is { } offset ? new U32Offset(offset.Mask, offset.Shift, offset.At, offset.Plus, offset.Variable) : null,
        Eat = u32.Eat,
        HashMask = u32.HashMask,
        HashOffset = (short)u32.HashOffset,
        InputDevice = u32.InputDevice,
    };

    private static FlowerClassifier Flower(TcFlower flower, ushort protocol)
    {
        FlowerClassifier built = new();
        foreach (var key in flower.Keys)
            built = FlowerKeys.Parse(built, key, protocol) ?? throw new TcBuildException($"flower can't compare {key.Name} with \"{key.Value}\" here");
        return built;
    }

    private FilterAction Action(TcAction action, bool isListed)
    {
        FilterAction built = action switch
        {
            TcMirred mirred => new MirredAction(
                (mirred.Ingress, mirred.Redirect) switch
                {
                    (false, true) => MirredTarget.EgressRedirect,
                    (false, false) => MirredTarget.EgressMirror,
                    (true, true) => MirredTarget.IngressRedirect,
                    _ => MirredTarget.IngressMirror,
                },
                Link(mirred.Device)),
            TcPedit pedit => new PeditAction([.. pedit.Keys.Select(Key)]) { Extended = pedit.Extended },
            TcGact gact => new GactAction(ActionControl.Pass)
            {
                Randomness = gact.Random switch { "netrand" => GactRandomness.Random, "determ" => GactRandomness.Every, _ => GactRandomness.None },
                RandomControl = Control(gact.RandomControl),
                RandomValue = (ushort)gact.RandomValue,
            },
            TcSkbedit skbedit => new SkbeditAction
            {
                QueueMapping = (ushort?)skbedit.QueueMapping,
                Priority = skbedit.Priority,
                Mark = skbedit.Mark,
                MarkMask = skbedit.MarkMask,
                PacketType = skbedit.PacketType is { } type ? (ushort)Math.Max(Array.IndexOf(TcHeaders.PacketTypes, type), 0) : null,
                InheritDsField = skbedit.InheritDsField,
            },
            TcCsum csum => new CsumAction((ChecksumKinds)csum.Kinds.Sum(kind => Array.IndexOf(TcHeaders.Checksums, kind) is >= 0 and var bit ? 1 << bit : throw new TcBuildException($"the checksum {kind} is not known here"))),
            TcPolice police => PoliceActions.Build(police, isListed),
            _ => throw new TcBuildException($"the action {action.Kind} is not known here: mirred, pedit, police, gact, skbedit and csum are"),
        };
        return built with { Control = Control(action.Control), Index = action.Index };
    }

    private static PeditKey Key(TcPeditKey key) => new(key.Offset, key.Value, key.Mask)
    {
        Header = TcHeaders.TryParse(key.Header, out var header) ? header : throw new TcBuildException($"pedit knows no header {key.Header}"),
        Command = key.Add ? PeditCommand.Add : PeditCommand.Set,
    };

    private static int Control(string text) => TcControls.TryParse(text, out var control) ? control : throw new TcBuildException($"\"{text}\" says nothing of what becomes of the frame");
}
