using Weir.Agent;
using Weir.Host.Formats;
using Weir.Linux;
using Weir.Rules.Ipset;
using Weir.Rules.Text;

namespace Weir.Cli.Rules;

/// <summary>A file of the standard tools' texts, in its parts.</summary>
internal sealed class RulesFile
{
    private readonly string _path;
    private readonly IReadOnlyList<TextSection> _sections;

    private RulesFile(string path, IReadOnlyList<TextSection> sections)
    {
        _path = path;
        // What others refer to comes first: a rule's set, a route's table.
        _sections = [.. sections.OrderBy(section => RulesFormats.OrderOf(section.Format))];
    }

    private IReadOnlyList<string> Formats => [.. _sections.Select(section => section.Format)];

    /// <param name="format">The word of <c>--as</c>; null: by content.</param>
    public static RulesFile Parse(string path, string text, string? format)
    {
        if (format is not null)
            return new RulesFile(path, [new TextSection(format, text)]);

        var sections = TextFormat.Sections(text);
        if (sections.Count == 0)
        {
            throw new AgentException(
                AgentProblem.Request,
                $"{path}: the format can't be told from the content.",
                [$"Name it with --as: {string.Join(", ", TextFormat.Names)}.", "'weir rules show' prints texts that can be loaded."]);
        }

        return new RulesFile(path, sections);
    }

    /// <summary>Changes nothing.</summary>
    public LoadedFile Check(NetworkNamespace ns, LoadOptions options)
    {
        List<string> messages = [], findings = [];
        options = options with { SetsToCome = [.. SetsCreated()] };
        foreach (var section in _sections)
        {
            try
            {
                messages.AddRange(RulesFormats.Find(section.Format).Prepare(section.Text, ns, options).Messages);
            }
            catch (RulesTextException exception)
            {
                findings.AddRange(exception.Findings.Select(finding => finding.ToString()));
            }
        }

        return new LoadedFile(_path, Formats, Installed: false, messages, findings);
    }

    /// <summary>Installs all of it; when a line is wrong or refused, nothing.</summary>
    public LoadedFile Load(NetworkNamespace ns, LoadOptions options)
    {
        var done = new Stack<ILoad>();
        var messages = new List<string>();
        try
        {
            foreach (var section in _sections)
            {
                // A part is prepared when those before it are in place: its names may be theirs.
                var load = RulesFormats.Find(section.Format).Prepare(section.Text, ns, options);
                load.Apply();
                done.Push(load);
                messages.AddRange(load.Messages);
            }
        }
        catch (Exception exception)
        {
            TakeBack(done, exception);
            throw Refusal(exception);
        }

        return new LoadedFile(_path, Formats, Installed: true, messages, []);
    }

    /// <summary>One part that can't be taken back does not keep the others.</summary>
    private void TakeBack(Stack<ILoad> done, Exception reason)
    {
        var failures = new List<string>();
        while (done.TryPop(out var load))
        {
            try
            {
                load.Undo();
            }
            catch (Exception exception)
            {
                failures.Add(exception.Message);
            }
        }

        if (failures.Count > 0)
            throw new AgentException(AgentProblem.Host, $"{_path} was not installed, and not all of what was done before could be taken back.", [reason.Message, .. failures], reason);
    }

    private IEnumerable<string> SetsCreated() =>
        from section in _sections
        where section.Format == TextFormat.Ipset
        from line in IpsetText.Parse(section.Text, new IpsetContext()).Model.Lines
        let create = line.Command as IpsetCreate
        where create is not null
        select create.Name;

    private Exception Refusal(Exception exception) => exception switch
    {
        RulesTextException text => new AgentException(AgentProblem.Request, $"{_path} has lines that can't be installed; nothing was changed.", [.. text.Findings.Select(finding => finding.ToString())]),
        RefusedLineException line => new AgentException(AgentProblem.Host, $"{_path}, line {line.Line}: {line.Refusal}", [line.Text, "Nothing was changed."], line),
        _ => exception,
    };
}
