namespace Weir.Netlink.Protocol;

/// <summary>What a request is for, as its refusal tells it: <c>add route 10.0.0.0/8 dev 5 table 254</c>. The text is made only when there is a refusal.</summary>
internal readonly struct OperationName
{
    private readonly string _verb;
    private readonly object? _subject;
    private readonly Func<object, string>? _describe;

    /// <param name="verb">The whole of it, or its first words.</param>
    /// <param name="subject">What it is done to; it must not change before the answer.</param>
    /// <param name="describe">The words for the subject: a static function, or each request allocates one.</param>
    internal OperationName(string verb, object? subject = null, Func<object, string>? describe = null)
    {
        _verb = verb;
        _subject = subject;
        _describe = describe;
    }

    public static implicit operator OperationName(string text) => new(text);

    /// <summary>A word with the blank behind it, where there is one: what is deleted by its place need not say its kind.</summary>
    internal static string Optional(string word) => word.Length != 0 ? $"{word} " : "";

    public override string ToString() => _subject is null || _describe is null ? _verb : $"{_verb} {_describe(_subject)}";
}
