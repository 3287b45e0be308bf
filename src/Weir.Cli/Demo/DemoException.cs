namespace Weir.Cli.Demo;

/// <summary>The demo can't go on, and why, in words for whoever started it.</summary>
internal sealed class DemoException(string message, string detail = "") : Exception(message)
{
    /// <summary>What else is known, for instance what a workload wrote to its standard error.</summary>
    public string Detail { get; } = detail;
}
