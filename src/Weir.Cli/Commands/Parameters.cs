using System.CommandLine;
using Weir.Capture;
using Weir.Linux;
using Weir.Policy;

namespace Weir.Cli.Commands;

/// <summary>Arguments and options that several commands take.</summary>
internal static class Parameters
{
    public static Argument<string> Workload(string description)
    {
        var argument = new Argument<string>("WORKLOAD") { Description = description, HelpName = "WORKLOAD" };
        argument.CompletionSources.Add(_ => NamespaceNames());
        return argument;
    }

    /// <summary>Null: inline.</summary>
    public static Option<CaptureMode?> CaptureMode()
    {
        var option = new Option<CaptureMode?>("--mode")
        {
            Description = "tap: look at copies, change nothing; inline: judge every frame [default: inline]",
            HelpName = "tap|inline",
            CustomParser = result => Word<CaptureMode>(result.Tokens[0].Value, result.AddError),
        };
        option.CompletionSources.Add("tap", "inline");
        return option;
    }

    public static Argument<PolicyMode> PolicyMode()
    {
        var argument = new Argument<PolicyMode>("MODE")
        {
            Description = "discover: all passes and is learned; monitor: all passes, violations are reported; protect: violations are dropped",
            HelpName = "discover|monitor|protect",
            CustomParser = result => Word<PolicyMode>(result.Tokens[0].Value, result.AddError),
        };
        argument.CompletionSources.Add("discover", "monitor", "protect");
        return argument;
    }

    /// <summary>A word of an enum in any case; a wrong one is answered with the right ones.</summary>
    public static T Word<T>(string text, Action<string> refuse)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        if (names.Contains(text, StringComparer.OrdinalIgnoreCase))
            return Enum.Parse<T>(text, ignoreCase: true);
        refuse($"'{text}' is none of {string.Join(", ", names.Select(name => name.ToLowerInvariant()))}.");
        return default;
    }

    private static IEnumerable<string> NamespaceNames() =>
        Directory.Exists(NetworkNamespace.NamesDirectory) ? NetworkNamespace.ListNamed() : [];
}
