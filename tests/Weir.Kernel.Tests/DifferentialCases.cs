using System.Globalization;

namespace Weir.Kernel.Tests;

/// <summary>How many random cases are compared with the standard tools: WEIR_DIFFERENTIAL, each test's own number when it is not set; WEIR_SEED says the first seed.</summary>
internal static class DifferentialCases
{
    internal static int Count(int usual) => Read("WEIR_DIFFERENTIAL", usual);

    internal static int FirstSeed(int usual = 1) => Read("WEIR_SEED", usual);

    private static int Read(string name, int usual) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : usual;
}
