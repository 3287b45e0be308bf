using Weir.Bench.Tun.Contenders;

namespace Weir.Bench.Tun;

/// <summary>
/// What Weir is measured against where the peer itself is not here: figures taken on the same kind of machine, 2026-11-21, of smoltcp 0.13.1 (bulk without
/// the vnet header), of VpnHood's stack (round trips, connections) and of nine tenths of the copy loop (bulk with the vnet header).
/// </summary>
internal static class Aims
{
    private static readonly IReadOnlyList<(TunSetting Setting, Measure Measure, double Aim, double CopyLoopThen)> All =
    [
        (new(1500, false), Measure.In, 8, 2.75),
        (new(1500, false), Measure.Out, 3.6, 2.75),
        (new(1500, true), Measure.In, 25, 28.1),
        (new(1500, true), Measure.Out, 25, 28.1),
        (new(65_520, false), Measure.In, 41, 27.6),
        (new(65_520, false), Measure.Out, 31, 27.6),
        (new(1500, false), Measure.RoundTrips, 46_000, 0),
        (new(1500, false), Measure.Connections, 16_000, 0),
    ];

    internal static void Print(IReadOnlyList<Lane> lanes)
    {
        Console.WriteLine();
        Console.WriteLine("| | aim | Weir | of the aim | with `--napi off` | of the aim | Weir of the copy loop here | aim of the copy loop of its day |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach ((TunSetting setting, Measure measure, double aim, double copyLoopThen) in All)
        {
            if (Of(WeirStack.Usual, setting, measure) is not { } weir)
                continue;
            string without = Of(WeirStack.WithoutNapi, setting, measure) is { } rate ? $"{measure.Text(rate)} | {rate / aim:0.00}" : " | ";
            string ofCopy = copyLoopThen > 0 && Of("copy", setting, measure) is { } copy ? $"{weir / copy:0.00}" : "";
            string aimOfCopy = copyLoopThen > 0 ? $"{aim / copyLoopThen:0.00}" : "";
            Console.WriteLine($"| {setting}, {measure.Name} | {measure.Text(aim)} | {measure.Text(weir)} | {weir / aim:0.00} | {without} | {ofCopy} | {aimOfCopy} |");
        }

        double? Of(string name, TunSetting setting, Measure measure) =>
            lanes.FirstOrDefault(lane => lane.Contender.Name == name && lane.Setting == setting) is { } lane ? Report.Median(lane.Samples(measure).Select(sample => sample?.Rate)) : null;
    }
}
