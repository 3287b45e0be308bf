using Weir.Policy;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Weir.Agent.Configuration;

/// <summary>Turns text into nodes, from the parser's events and so without reflection. What a configuration has no use for is refused:
/// aliases (a short text can stand for billions of nodes), tags, several documents, and anything bigger or deeper than a policy can be.</summary>
internal static class YamlText
{
    private const int MaximumLength = 16 * 1024 * 1024, MaximumDepth = 16, MaximumNodes = 1_000_000;

    /// <summary>The document's root; null when the text is empty or a finding was added.</summary>
    public static YamlNode? Read(string text, string name, List<Finding> findings)
    {
        if (text.Length > MaximumLength)
        {
            findings.Add(Finding.Error(name, $"the text has {text.Length} characters", $"more than {MaximumLength} are not read"));
            return null;
        }

        var parser = new Parser(new StringReader(text));
        try
        {
            return new Reader(parser).ReadDocument();
        }
        catch (YamlException exception)
        {
            findings.Add(Finding.Error($"{name}:{At(exception.Start)}", Sentence(exception), "see docs/weir.example.yaml for the form"));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException)
        {
            // The scanner of YamlDotNet 16.3 ends so on some damaged texts, where the last good part is all it knows.
            findings.Add(Finding.Error($"{name}:{At(parser.Current?.End ?? Mark.Empty)}", "what follows can't be read", "see docs/weir.example.yaml for the form"));
        }

        return null;
    }

    private static string Sentence(YamlException exception) => (exception.InnerException?.Message ?? exception.Message).TrimEnd('.');

    private static TextPosition At(Mark mark) => new(Math.Max(1, mark.Line), Math.Max(1, mark.Column));

    private sealed class Reader(IParser parser)
    {
        private int _nodes;

        public YamlNode? ReadDocument()
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _)) return null;
            parser.Consume<DocumentStart>();
            var root = ReadNode(0);
            parser.Consume<DocumentEnd>();
            if (parser.Current is DocumentStart second) throw Refuse(second, "a second document begins here; one file holds one");
            return root;
        }

        private YamlNode ReadNode(int depth)
        {
            var current = parser.Current ?? throw new YamlException("the text ends too early");
            if (++_nodes > MaximumNodes) throw Refuse(current, $"more than {MaximumNodes} values");
            if (depth > MaximumDepth) throw Refuse(current, $"nested deeper than {MaximumDepth} levels");
            if (current is AnchorAlias alias) throw Refuse(current, $"the alias *{alias.Value} is not followed; write the value out");
            if (current is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } tag }) throw Refuse(current, $"the tag {tag} is not known; leave it out");
            return current switch
            {
                Scalar => ReadScalar(),
                SequenceStart => ReadSequence(depth),
                MappingStart => ReadMapping(depth),
                _ => throw Refuse(current, "a value is expected here"),
            };
        }

        private YamlScalar ReadScalar()
        {
            var scalar = parser.Consume<Scalar>();
            return new YamlScalar(At(scalar.Start), scalar.Value, scalar.Style == ScalarStyle.Plain);
        }

        private YamlSequence ReadSequence(int depth)
        {
            var start = parser.Consume<SequenceStart>();
            var items = new List<YamlNode>();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1));
            return new YamlSequence(At(start.Start), items);
        }

        private YamlMapping ReadMapping(int depth)
        {
            var start = parser.Consume<MappingStart>();
            var entries = new List<(YamlScalar, YamlNode)>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = ReadNode(depth + 1);
                if (key is not YamlScalar scalar) throw new YamlException(Mark(key.Position), Mark(key.Position), $"{key.Kind} can't be a key");
                entries.Add((scalar, ReadNode(depth + 1)));
            }

            return new YamlMapping(At(start.Start), entries);
        }

        private static YamlException Refuse(ParsingEvent where, string what) => new(where.Start, where.End, what);

        private static Mark Mark(TextPosition position) => new(0, position.Line, position.Column);
    }
}
