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
            CustomParser = result => WordChoice.Word<CaptureMode>(result),
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
            CustomParser = result => WordChoice.Word<PolicyMode>(result),
        };
        argument.CompletionSources.Add("discover", "monitor", "protect");
        return argument;
    }

    private static IEnumerable<string> NamespaceNames() =>
        Directory.Exists(NetworkNamespace.NamesDirectory) ? NetworkNamespace.ListNamed() : [];
}
