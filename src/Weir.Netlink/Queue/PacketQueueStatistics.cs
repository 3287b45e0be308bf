using System.Globalization;
using Weir.Linux;

namespace Weir.Netlink.Queue;

/// <summary>What the kernel counts of a queue.</summary>
/// <param name="Number">The queue's.</param>
/// <param name="Waiting">Packets without a verdict.</param>
/// <param name="CopyRange">Bytes copied of each.</param>
/// <param name="QueueDrops">Packets dropped because the queue was full.</param>
/// <param name="SocketDrops">Packets dropped because the socket's buffer was full.</param>
/// <param name="LastId">Of the last packet.</param>
public sealed record PacketQueueStatistics(ushort Number, uint Waiting, uint CopyRange, uint QueueDrops, uint SocketDrops, uint LastId)
{
    private const string File = "/proc/thread-self/net/netfilter/nfnetlink_queue";

    /// <summary>All queues of a namespace that are bound.</summary>
    public static IReadOnlyList<PacketQueueStatistics> Read(NetworkNamespace ns) => ns.Run(() => System.IO.File.Exists(File) ? Parse(System.IO.File.ReadAllText(File)) : []);

    /// <summary>A line each: number, port id of its owner, waiting, copy mode, copy range, dropped by the queue, dropped by the socket, last id, 1.</summary>
    internal static IReadOnlyList<PacketQueueStatistics> Parse(string text) =>
        [.. text.Split('\n').Select(Line).OfType<PacketQueueStatistics>()];

    private static PacketQueueStatistics? Line(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length >= 8 && ushort.TryParse(words[0], CultureInfo.InvariantCulture, out var number)
            ? new PacketQueueStatistics(number, Count(words[2]), Count(words[4]), Count(words[5]), Count(words[6]), Count(words[7]))
            : null;
    }

    private static uint Count(string word) => uint.TryParse(word, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
