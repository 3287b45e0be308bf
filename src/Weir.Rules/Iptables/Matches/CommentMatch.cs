using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary><c>-m comment</c>: matches always; the text is kept in the kernel.</summary>
public sealed record CommentMatch : IptablesMatch
{
    /// <summary>XT_MAX_COMMENT_LEN: bytes in the kernel, with the NUL.</summary>
    internal const int Size = 256;

    public override string Name => "comment";

    /// <summary>At most 255 bytes of UTF-8.</summary>
    public required string Text { get; init; }

    internal override void Print(RulePrinter printer)
    {
        printer.Option("--comment");
        printer.Quoted(Text);
    }
}

internal sealed class CommentMatchParser : MatchParser
{
    private static readonly ExtensionOption[] All = [new("comment", 0)];

    private string _text = "";

    internal override string Name => "comment";

    internal override ExtensionOption[] Options => All;

    internal override CommentMatch Match => new() { Text = _text };

    protected override uint NeedsOneOf => 1;

    protected override void Read(int option, OptionValue value) => _text = value.String(CommentMatch.Size);
}
