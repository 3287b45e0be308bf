namespace Weir.Policy;

/// <summary>Which texts can be names of groups and workloads.</summary>
public static class NamePattern
{
    public const int MaximumLength = 128;

    /// <summary>Letters, digits, '-', '_' and '.', beginning with a letter or digit; not an address and not a reserved word.</summary>
    public static bool IsName(string text)
        => text.Length is > 0 and <= MaximumLength && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            && !Cidr.LooksLikeOne(text) && text is not (SelectorNames.Any or SelectorNames.External);
}
