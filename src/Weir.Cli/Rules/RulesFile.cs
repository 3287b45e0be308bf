using Weir.Agent;
using Weir.Host.Formats;
using Weir.Linux;
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
        // One part for each format, so that netfilter's rules are one transaction; what others refer to comes first: a rule's set, a route's table.
        _sections = [.. sections.GroupBy(section => section.Format).Select(Joined).OrderBy(section => RulesFormats.OrderOf(section.Format))];
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
        foreach (var load in Prepare(ns, options, findings))
        {
            using (load)
                messages.AddRange(load.Messages);
        }

        return new LoadedFile(_path, Formats, Installed: false, messages, findings);
    }

    /// <summary>Installs all of it; when a line is wrong or refused, nothing.</summary>
    public LoadedFile Load(NetworkNamespace ns, LoadOptions options)
    {
        List<string> findings = [];
        var loads = Prepare(ns, options, findings);
        try
        {
            if (findings.Count > 0)
                throw CantBeInstalled(findings);
            Apply(loads);
            return new LoadedFile(_path, Formats, Installed: true, loads is [var only] ? only.Messages : [.. loads.SelectMany(load => load.Messages)], []);
        }
        finally
        {
            foreach (var load in loads)
                load.Dispose();
        }
    }

    /// <summary>All parts, before the first of them is sent; what speaks against any of them.</summary>
    private List<ILoad> Prepare(NetworkNamespace ns, LoadOptions options, List<string> findings)
    {
        var loads = new List<ILoad>();
        options = options with { ToCome = NamesToCome.Of(_sections) };
        foreach (var section in _sections)
        {
            try
            {
                loads.Add(RulesFormats.Find(section.Format).Prepare(section.Text, ns, options));
            }
            catch (RulesTextException exception)
            {
                findings.AddRange(exception.Findings.Select(finding => finding.ToString()));
            }
            catch
            {
                loads.ForEach(load => load.Dispose());
                throw;
            }
        }

        return loads;
    }

    private void Apply(List<ILoad> loads)
    {
        var done = new Stack<ILoad>();
        try
        {
            foreach (var load in loads)
            {
                load.Apply();
                done.Push(load);
            }
        }
        catch (Exception exception)
        {
            TakeBack(done, exception);
            throw Refusal(exception);
        }
    }

    /// <summary>Parts of one format as one, each line where it stands in the file.</summary>
    private static TextSection Joined(IGrouping<string, TextSection> parts)
    {
        if (parts.Count() == 1)
            return parts.First();
        var lines = new List<string>();
        foreach (var part in parts)
        {
            var own = part.Text.Split('\n');
            // A part has empty lines in place of those before it.
            lines.AddRange(own.Skip(lines.Count));
        }

        return new TextSection(parts.Key, string.Join('\n', lines));
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

    private AgentException CantBeInstalled(IReadOnlyList<string> findings) => new(AgentProblem.Request, $"{_path} has lines that can't be installed; nothing was changed.", findings);

    private Exception Refusal(Exception exception) => exception switch
    {
        RulesTextException text => CantBeInstalled([.. text.Findings.Select(finding => finding.ToString())]),
        RefusedLineException line => new AgentException(AgentProblem.Host, $"{_path}, line {line.Line}: {line.Refusal}", [line.Text, "Nothing was changed."], line),
        _ => exception,
    };
}
