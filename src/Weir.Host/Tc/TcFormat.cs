using System.Text;
using System.Text.Json;
using Weir.Host.Formats;
using Weir.Host.Tc.Json;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Actions;
using Weir.Rules.Tc;
using Weir.Rules.Text;

namespace Weir.Host.Tc;

/// <summary>The texts of tc: what <c>tc -batch</c> reads, and what <c>tc qdisc|class|filter show</c> prints under its prompts.</summary>
/// <remarks>
/// Lines are added to what is there, as tc adds them; nothing is flushed. A listing is put into the order in which it can be made, and the kernel's
/// own (default qdiscs, a preference's first table) is left to it. If the kernel refuses a line, those before it are taken back, the last first.
/// </remarks>
public sealed class TcFormat : IRulesFormat
{
    public string Name => "tc";

    public ILoad Prepare(string text, NetworkNamespace ns, LoadOptions options)
    {
        var parsed = TcParser.Parse(text);
        List<TextFinding> findings = [.. parsed.Findings.Where(finding => IsNeeded(parsed.Model, finding))];
        using var socket = RouteSocket.Open(ns);
        var links = socket.Links.List();
        var indexes = links.ToDictionary(link => link.Name, link => link.Index);
        // Links to come have numbers of their own, below zero, until they are there.
        foreach (var name in options.ToCome.Links)
            indexes.TryAdd(name, ~indexes.Count);
        var builder = new TcBuilder(indexes);
        var loops = new MirrorLoops(links);
        var reader = new TcReader(socket);
        var present = new TcPresent(socket, reader);
        List<TcStep> steps = [];
        foreach (var entry in Ordered(parsed.Model))
        {
            var (verb, what) = entry is TcCommand command ? (command.Verb, command.Object) : (TcVerb.Add, ((TcShown)entry).Object);
            try
            {
                if (entry is TcShown && present.Has(what))
                    continue;
                var target = Build(builder, what, entry is TcShown);
                steps.Add(new TcStep(entry.Line, entry.Text.Split('\n')[0], verb, entry is TcShown ? present.WithFreeIndexes(target) : target));
                if (what is TcFilter filter && verb != TcVerb.Delete)
                    loops.Add(filter, new TextFinding(entry.Line, entry.Text.Split('\n')[0], ""));
            }
            catch (TcBuildException exception)
            {
                findings.Add(new TextFinding(entry.Line, entry.Text.Split('\n')[0], exception.Message));
            }
        }

        foreach (var hook in TcHooks.Of(socket))
        {
            foreach (var filter in reader.Filters(hook.Link, hook.Parent))
                loops.Add(filter with { Parent = hook.Parent }, null);
        }

        findings.AddRange(loops.Find());
        if (findings.Count > 0)
            throw new RulesTextException([.. findings.OrderBy(finding => finding.Line)]);
        var load = new TcLoad(ns, steps, index => index < 0 ? indexes.First(link => link.Value == index).Key : reader.Name(index));
        return options.ToCome.Links.Count == 0 ? load : new LateLoad(load.Messages, () => Prepare(text, ns, options with { ToCome = NamesToCome.None }));
    }

    public string Show(NetworkNamespace ns, ShowOptions? options = null)
    {
        Func<TcObject, string> print = options?.Counters is true ? TcParser.PrintCounted : TcParser.Print;
        using var socket = RouteSocket.Open(ns);
        var reader = new TcReader(socket);
        StringBuilder text = new("$ tc qdisc show\n");
        foreach (var qdisc in reader.Qdiscs())
            Append(text, print(qdisc), qdisc.Discipline is null && TcHooks.HasOptions(qdisc.Kind) ? $"the options of qdisc {qdisc.Kind} are not known here" : "");
        foreach (var (link, name) in reader.Names)
        {
            var classes = reader.Classes(link);
            if (classes.Count == 0)
                continue;
            text.Append($"$ tc class show dev {name}\n");
            foreach (var @class in classes)
                Append(text, print(@class), "");
        }

        foreach (var hook in TcHooks.Of(socket))
        {
            var filters = reader.Filters(hook.Link, hook.Parent);
            if (filters.Count == 0)
                continue;
            text.Append($"$ tc filter show dev {reader.Name(hook.Link)} {hook.Words}\n");
            foreach (var filter in filters)
                Append(text, print(filter), TcHooks.Unknown(filter));
        }

        return text.ToString();
    }

    public void WriteJson(NetworkNamespace ns, Utf8JsonWriter writer, ShowOptions? options = null)
    {
        using var socket = RouteSocket.Open(ns);
        TcJson.Write(writer, new TcReader(socket), TcHooks.Of(socket), options ?? new ShowOptions());
    }

    private static void Append(StringBuilder text, string printed, string unknown)
    {
        text.Append(printed).Append('\n');
        if (unknown.Length != 0)
            text.Append($"# {unknown}\n");
    }

    /// <summary>What a listing only keeps as text must be known to be made; but not what the kernel makes by itself.</summary>
    private static bool IsNeeded(TcText text, TextFinding finding) =>
        text.Entries.FirstOrDefault(entry => entry.Line == finding.Line) is not TcShown { Object: TcQdisc { Handle: 0 } or TcFilter { Handle: 0, Classifier: TcUnknownClassifier { Options: "" } } };

    /// <summary>Commands stay in their order; listings are brought into one, where the first of them stands.</summary>
    private static IEnumerable<TcEntry> Ordered(TcText text)
    {
        var isListed = false;
        foreach (var entry in text.Entries)
        {
            if (entry is TcCommand)
            {
                yield return entry;
            }
            else if (entry is TcShown && !isListed)
            {
                isListed = true;
                foreach (var shown in TcListing.Order(text.Entries.OfType<TcShown>()))
                    yield return shown;
            }
        }
    }

    private static object Build(TcBuilder builder, TcObject what, bool isListed) => what switch
    {
        TcQdisc qdisc => builder.Qdisc(qdisc, isListed),
        TcClass @class => builder.Class(@class, isListed),
        TcFilter filter => builder.Filter(filter, isListed),
        _ => throw new TcBuildException("this is nothing that can be made"),
    };
}
