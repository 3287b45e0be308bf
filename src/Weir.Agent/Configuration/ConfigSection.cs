using System.Globalization;
using Weir.Policy;

namespace Weir.Agent.Configuration;

/// <summary>Where findings of one text go, and where in it each part of the configuration stands.</summary>
internal sealed class ConfigFindings(string name)
{
    private readonly Dictionary<string, TextPosition> _positions = [];

    public List<Finding> All { get; } = [];

    public bool HasErrors => All.Exists(f => f.Severity == FindingSeverity.Error);

    public void Error(TextPosition position, string what, string fix) => All.Add(Finding.Error($"{name}:{position}", what, fix));

    /// <summary>Remembers where a part stands, for findings that only know its path.</summary>
    public void Locate(string path, TextPosition position) => _positions[path] = position;

    /// <summary>Takes findings over whose place is a path; they get the text's line and column.</summary>
    public void AddByPath(IEnumerable<Finding> findings)
        => All.AddRange(findings.Select(f => Position(f.Where) is { } position ? f with { Where = $"{name}:{position}" } : f with { Where = $"{name}: {f.Where}" }));

    /// <summary>By place in the text, errors before warnings of the same place.</summary>
    public IReadOnlyList<Finding> Sorted() => [.. All.Select((f, i) => (f, Order: Order(f.Where), i)).OrderBy(x => x.Order).ThenBy(x => x.i).Select(x => x.f)];

    private TextPosition? Position(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOfAny(['.', '['], end - 1))
        {
            if (_positions.TryGetValue(path[..end], out var position)) return position;
        }

        return null;
    }

    private (long Line, long Column) Order(string where)
    {
        var parts = where.Length > name.Length ? where[(name.Length + 1)..].Split(':') : [];
        return parts.Length == 2 && long.TryParse(parts[0], out var line) && long.TryParse(parts[1], out var column) ? (line, column) : (0, 0);
    }
}

/// <summary>Reads one mapping: every key that was not asked for is a finding, and so is every value of the wrong form.</summary>
internal sealed class ConfigSection
{
    private readonly YamlMapping _mapping;
    private readonly string _path;
    private readonly string _what;
    private readonly Dictionary<string, YamlNode> _values = [];

    /// <param name="path">The mapping's place in the configuration; empty for the root.</param>
    /// <param name="what">What it is, for findings: <c>a rule</c>.</param>
    /// <param name="keys">The keys it may have.</param>
    public ConfigSection(YamlMapping mapping, string path, string what, IReadOnlyList<string> keys, ConfigFindings findings)
    {
        (_mapping, _path, _what, Findings) = (mapping, path, what, findings);
        findings.Locate(path, mapping.Position);
        foreach (var (key, value) in mapping.Entries)
        {
            if (!keys.Contains(key.Value))
            {
                var near = NearestName.Find(key.Value, keys);
                findings.Error(key.Position, $"{what} has no key '{key.Value}'", near is null ? $"the keys are {string.Join(", ", keys)}" : $"did you mean '{near}'?");
            }
            else if (!_values.TryAdd(key.Value, value))
            {
                findings.Error(key.Position, $"the key '{key.Value}' is there twice", "leave one");
            }
            else
            {
                findings.Locate(PathOf(key.Value), value.Position);
            }
        }
    }

    public ConfigFindings Findings { get; }

    public TextPosition Position => _mapping.Position;

    public bool Has(string key) => _values.TryGetValue(key, out var node) && node is not YamlScalar { IsNull: true };

    public string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    /// <summary>A finding about a key's value.</summary>
    public void ErrorAt(string key, string what, string fix) => Findings.AddByPath([Finding.Error(PathOf(key), what, fix)]);

    public string Text(string key, string fallback)
    {
        if (Scalar(key) is not { } scalar) return fallback;
        if (scalar.Value.Length > 0) return scalar.Value;
        Findings.Error(scalar.Position, $"{key} is empty", "give it a value, or leave the key out");
        return fallback;
    }

    /// <summary>A text that may be empty: a comment.</summary>
    public string FreeText(string key) => Scalar(key)?.Value ?? "";

    /// <summary>A text that must be there.</summary>
    public string RequiredText(string key)
    {
        if (Has(key)) return Text(key, "");
        Findings.Error(_mapping.Position, $"{_what} has no {key}", $"add '{key}:'");
        return "";
    }

    public bool Switch(string key, bool fallback)
    {
        if (Scalar(key) is not { } scalar) return fallback;
        if (scalar.Value is "true" or "false") return scalar.Value == "true";
        Findings.Error(scalar.Position, $"{key} is '{scalar.Value}'", "write true or false");
        return fallback;
    }

    public int Number(string key, int fallback, int least, int most)
    {
        if (Scalar(key) is not { } scalar) return fallback;
        if (int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Findings.Error(scalar.Position, $"{key} is '{scalar.Value}'", $"write a whole number from {least} to {most}");
        return fallback;
    }

    public int RequiredNumber(string key, int least, int most)
    {
        if (Has(key)) return Number(key, 0, least, most);
        Findings.Error(_mapping.Position, $"{_what} has no {key}", $"add '{key}:', a whole number from {least} to {most}");
        return 0;
    }

    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan least, TimeSpan most)
    {
        if (Scalar(key) is not { } scalar) return fallback;
        if (Durations.TryParse(scalar.Value, out var duration) && duration >= least && duration <= most) return duration;
        Findings.Error(scalar.Position, $"{key} is '{scalar.Value}'", $"write a time from {Durations.Write(least)} to {Durations.Write(most)}, like 600ms or 2s");
        return fallback;
    }

    /// <summary>One word of a few.</summary>
    public T Choice<T>(string key, T fallback, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (Scalar(key) is not { } scalar) return fallback;
        var words = new List<string>();
        foreach (var (word, value) in choices)
        {
            if (word == scalar.Value) return value;
            words.Add(word);
        }

        var near = NearestName.Find(scalar.Value, words);
        Findings.Error(scalar.Position, $"{key} is '{scalar.Value}'", near is null ? $"write {string.Join(", ", words)}" : $"did you mean '{near}'? The words are {string.Join(", ", words)}");
        return fallback;
    }

    /// <summary>A list of texts; a single text is a list of one.</summary>
    public IReadOnlyList<YamlScalar> Texts(string key)
    {
        if (!Has(key)) return [];
        if (_values[key] is YamlScalar single) return Located([single]);
        if (_values[key] is YamlSequence sequence)
        {
            var texts = new List<YamlScalar>();
            foreach (var item in sequence.Items)
            {
                if (item is YamlScalar { IsNull: false } scalar) texts.Add(scalar);
                else Findings.Error(item.Position, $"{key} holds {item.Kind}", "write single values");
            }

            return Located(texts);
        }

        Findings.Error(_values[key].Position, $"{key} is {_values[key].Kind}", "write a list of single values");
        return [];

        List<YamlScalar> Located(List<YamlScalar> texts)
        {
            for (var i = 0; i < texts.Count; i++) Findings.Locate($"{PathOf(key)}[{i}]", texts[i].Position);
            return texts;
        }
    }

    /// <summary>A mapping of texts to texts.</summary>
    public IReadOnlyDictionary<string, string> Labels(string key)
    {
        var labels = new Dictionary<string, string>();
        if (!Has(key)) return labels;
        if (_values[key] is not YamlMapping mapping)
        {
            Findings.Error(_values[key].Position, $"{key} is {_values[key].Kind}", "write 'name: value' pairs");
            return labels;
        }

        foreach (var (name, value) in mapping.Entries)
        {
            if (value is not YamlScalar scalar) Findings.Error(value.Position, $"the label '{name.Value}' is {value.Kind}", "write a single value");
            else if (!labels.TryAdd(name.Value, scalar.Value)) Findings.Error(name.Position, $"the label '{name.Value}' is there twice", "leave one");
        }

        return labels;
    }

    /// <summary>A mapping inside this one; null when it is not there.</summary>
    public ConfigSection? Section(string key, IReadOnlyList<string> keys)
    {
        if (!Has(key)) return null;
        if (_values[key] is YamlMapping mapping) return new ConfigSection(mapping, PathOf(key), key, keys, Findings);
        Findings.Error(_values[key].Position, $"{key} is {_values[key].Kind}", $"write keys under it: {string.Join(", ", keys)}");
        return null;
    }

    /// <summary>A list of mappings. Items of another form are findings and left out.</summary>
    public IReadOnlyList<ConfigSection> Sections(string key, string what, IReadOnlyList<string> keys)
    {
        if (!Has(key)) return [];
        if (_values[key] is not YamlSequence sequence)
        {
            Findings.Error(_values[key].Position, $"{key} is {_values[key].Kind}", "write a list, each item beginning with '- '");
            return [];
        }

        var sections = new List<ConfigSection>();
        foreach (var item in sequence.Items)
        {
            if (item is YamlMapping mapping) sections.Add(new ConfigSection(mapping, $"{PathOf(key)}[{sections.Count}]", what, keys, Findings));
            else Findings.Error(item.Position, $"{what} is {item.Kind}", $"write keys: {string.Join(", ", keys)}");
        }

        return sections;
    }

    private YamlScalar? Scalar(string key)
    {
        if (!Has(key)) return null;
        if (_values[key] is YamlScalar scalar) return scalar;
        Findings.Error(_values[key].Position, $"{key} is {_values[key].Kind}", "write a single value");
        return null;
    }
}
