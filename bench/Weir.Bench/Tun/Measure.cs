namespace Weir.Bench.Tun;

/// <summary>One thing that the client measures.</summary>
/// <param name="Name">In the tables and in JSON.</param>
/// <param name="Mode">The client's word for it.</param>
/// <param name="Port">The service.</param>
/// <param name="Unit">Of the rate.</param>
internal sealed record Measure(string Name, string Mode, int Port, string Unit)
{
    internal static readonly Measure
        In = new("in", "send", 9, "Gbit/s"),
        Out = new("out", "recv", 19, "Gbit/s"),
        RoundTrips = new("round trips of 64 bytes", "pingpong", Echo, "/s"),
        Connections = new("connections", "connect", Echo, "/s");

    internal static readonly IReadOnlyList<Measure> All = [In, Out, RoundTrips, Connections];

    internal const int Echo = 7;

    internal string Text(double rate) => Unit == "/s" ? $"{rate:#,0}" : $"{rate:0.00}";
}
