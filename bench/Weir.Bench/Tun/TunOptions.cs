using System.Globalization;

namespace Weir.Bench.Tun;

/// <summary>The command line.</summary>
internal sealed record TunOptions
{
    internal const string Usage =
        """
        usage: ./dev bench tun [--rounds N] [--seconds N] [--mtu 1500|65520] [--vnet on|off] [--tries N] [--reset] [--json] [PEER…]
          PEER      copy, veth, slirp4netns, pasta, gvisor: beside Weir; without one, all that this machine has; weir: Weir alone
          --rounds  in turns, 5; --seconds of each measurement, 2, after half a second that does not count
          --mtu, --vnet    only these settings
          --tries   on a busy machine, 1: a measurement is made again, so often in all, while other processes take more than a fifth of a CPU; the calmest counts
          --reset   the client closes its connections with a reset instead of a FIN, where connections are counted
        """;

    internal int Rounds { get; private init; } = 5;

    internal double Seconds { get; private init; } = 2;

    internal int Tries { get; private init; } = 1;

    internal bool Reset { get; private init; }

    internal bool Json { get; private init; }

    internal IReadOnlyList<TunSetting> Settings { get; private init; } = TunSetting.All;

    /// <summary>Empty: all.</summary>
    internal IReadOnlyList<string> Peers { get; private init; } = [];

    /// <returns>Null when it is not understood.</returns>
    internal static TunOptions? Parse(IReadOnlyList<string> words, IEnumerable<string> peers)
    {
        TunOptions options = new();
        for (int i = 0; i < words.Count; i++)
        {
            TunOptions? next = words[i] switch
            {
                "--reset" => options with { Reset = true },
                "--json" => options with { Json = true },
                ['-', '-', ..] option when ++i < words.Count => options.With(option, words[i]),
                string peer when peers.Contains(peer) => options with { Peers = [.. options.Peers, peer] },
                _ => null,
            };
            if (next is null || next.Settings.Count == 0)
                return null;
            options = next;
        }

        return options;
    }

    private TunOptions? With(string option, string value) => option switch
    {
        "--rounds" when int.TryParse(value, CultureInfo.InvariantCulture, out int rounds) && rounds > 0 => this with { Rounds = rounds },
        "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out double seconds) && seconds > 0 => this with { Seconds = seconds },
        "--tries" when int.TryParse(value, CultureInfo.InvariantCulture, out int tries) && tries > 0 => this with { Tries = tries },
        "--mtu" => this with { Settings = [.. Settings.Where(setting => $"{setting.Mtu}" == value)] },
        "--vnet" when value is "on" or "off" => this with { Settings = [.. Settings.Where(setting => setting.Offload == (value == "on"))] },
        _ => null,
    };
}
