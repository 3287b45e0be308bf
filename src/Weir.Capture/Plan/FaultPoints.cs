using System.Diagnostics;
using System.Globalization;

namespace Weir.Capture.Plan;

/// <summary>Places where a test lets this process die, between any two changes to the host.</summary>
/// <remarks>
/// <c>WEIR_FAULT=apply:7</c> kills the process (SIGKILL) at the eighth point of applying, <c>release:0</c> at the first of releasing,
/// <c>recover:N</c> and <c>undo:N</c> likewise; <c>capture:step:7</c> is the first in other words.
/// </remarks>
internal sealed class FaultPoints
{
    private readonly string operation;
    private readonly Action<string, int>? hook;
    private readonly (string Operation, int At)? fatal;
    private int count;

    public FaultPoints(string operation, Action<string, int>? hook)
    {
        this.operation = operation;
        this.hook = hook;
        if (Environment.GetEnvironmentVariable("WEIR_FAULT")?.Split(':') is [string name, .., string at]
            && int.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            fatal = (name == "capture" ? "apply" : name, number);
    }

    public void Hit()
    {
        int point = count++;
        hook?.Invoke(operation, point);
        if (fatal is { } place && place.At == point && string.Equals(place.Operation, operation, StringComparison.Ordinal))
            Process.GetCurrentProcess().Kill();
    }
}
