using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary>Options and arguments that are a whole number within bounds.</summary>
/// <remarks>A parser of our own, and no validator: one that asks for the value of what is no number gets an exception from the library.</remarks>
internal static class WholeNumber
{
    /// <param name="name">With its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="least">The least that is taken.</param>
    /// <param name="most">The most that is taken.</param>
    /// <param name="unit">What is counted, for the refusal; empty when the name says it.</param>
    public static Option<int?> Option(string name, string description, int least, int most, string unit = "") => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse(result, name, least, most, unit),
    };

    /// <inheritdoc cref="Option"/>
    public static Argument<int> Argument(string name, string description, int least, int most, string unit = "") => new(name)
    {
        Description = description,
        HelpName = name,
        CustomParser = result => Parse(result, name, least, most, unit),
    };

    private static int Parse(ArgumentResult result, string name, int least, int most, string unit)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        result.AddError($"{name} is {least} to {most}{(unit.Length > 0 ? $" {unit}" : "")}, not {Words.Quoted(text)}.");
        return least;
    }
}
