using Weir.Netlink.TrafficControl.Actions;
using Weir.Netlink.TrafficControl.Disciplines;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>The action police: tc's text, the kernel's times.</summary>
internal static class PoliceActions
{
    internal static TcPolice Print(PoliceAction police) => new(TcControls.Print(police.Control))
    {
        Rate = police.Rate,
        Burst = police.Burst,
        Mtu = police.Mtu,
        PeakRate = police.PeakRate,
        AverageRate = police.AverageRate,
        PacketRate = (uint)Math.Min(police.PacketRate, uint.MaxValue),
        PacketBurst = PacketSchedule.TransmitSize(police.PacketRate, (uint)Math.Min(police.PacketBurstTicks, uint.MaxValue)),
        Overhead = police.Overhead,
        MinimumPacket = police.MinimumPacket,
        Atm = police.LinkLayer == 2,
        ConformControl = police.ConformControl is { } conform ? TcControls.Print(conform) : "",
    };

    /// <param name="isListed">Bursts are rounded, see <see cref="ListedBurst"/>.</param>
    internal static PoliceAction Build(TcPolice police, bool isListed)
    {
        PoliceAction built = new()
        {
            Rate = police.Rate,
            Burst = police.Burst,
            Mtu = police.Mtu,
            PeakRate = police.PeakRate,
            AverageRate = police.AverageRate,
            PacketRate = police.PacketRate,
            PacketBurstTicks = PacketSchedule.TransmitTime(police.PacketRate, police.PacketBurst),
            Overhead = police.Overhead,
            MinimumPacket = police.MinimumPacket,
            LinkLayer = (byte)(police.Atm ? 2 : 1),
            ConformControl = police.ConformControl.Length == 0 ? null
                : TcControls.TryParse(police.ConformControl, out var conform) ? conform : throw new TcBuildException($"\"{police.ConformControl}\" says nothing of what becomes of the frame"),
        };
        if (!isListed)
            return built;
        if (police.PacketRate != 0)
            built = built with { PacketBurstTicks = PacketSchedule.LeastTicks((uint)Math.Min(Math.Ceiling(police.PacketBurst * 1e6 / police.PacketRate), uint.MaxValue)) };
        if (police.Rate == 0)
            return built;
        var (rate, ticks) = ListedBurst.Ticks(police.Rate, police.Burst);
        return built with { Rate = rate, BurstTicks = ticks };
    }
}
