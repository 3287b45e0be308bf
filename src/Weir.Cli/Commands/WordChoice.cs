using System.CommandLine;
using System.CommandLine.Parsing;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary>Options and arguments that are one of a few words: a wrong one is answered with the right ones, and the shell completes them.</summary>
internal static class WordChoice
{
    public static void TakesOneOf<T>(this Option<T> option, params IReadOnlyList<string> words)
    {
        option.Validators.Add(result => Check(result, result.Tokens, words));
        option.CompletionSources.Add([.. words]);
    }

    public static void TakesOneOf<T>(this Argument<T> argument, params IReadOnlyList<string> words)
    {
        argument.Validators.Add(result => Check(result, result.Tokens, words));
        argument.CompletionSources.Add([.. words]);
    }

    /// <summary>A word of an enum in any case.</summary>
    public static T Word<T>(ArgumentResult result)
        where T : struct, Enum
    {
        var (text, names) = (result.Tokens[0].Value, Enum.GetNames<T>());
        if (names.Contains(text, StringComparer.OrdinalIgnoreCase))
            return Enum.Parse<T>(text, ignoreCase: true);
        result.AddError(Refusal(text, names.Select(name => name.ToLowerInvariant())));
        return default;
    }

    private static void Check(SymbolResult result, IReadOnlyList<Token> given, IReadOnlyList<string> words)
    {
        foreach (var token in given)
        {
            if (!words.Contains(token.Value))
                result.AddError(Refusal(token.Value, words));
        }
    }

    private static string Refusal(string text, IEnumerable<string> words) => $"{Words.Quoted(text)} is none of {string.Join(", ", words)}.";
}
