using Weir.Host.Nft.Json;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>log prefix "x" level info flags all</c>, <c>log group 5</c>.</summary>
internal static class LogStatement
{
    private const LogFlags All = LogFlags.NF_LOG_TCPSEQ | LogFlags.NF_LOG_TCPOPT | LogFlags.NF_LOG_IPOPT | LogFlags.NF_LOG_UID | LogFlags.NF_LOG_MACDECODE;

    private static readonly (string Word, LogLevel Level)[] Levels =
    [
        ("emerg", LogLevel.NFT_LOGLEVEL_EMERG),
        ("alert", LogLevel.NFT_LOGLEVEL_ALERT),
        ("crit", LogLevel.NFT_LOGLEVEL_CRIT),
        ("err", LogLevel.NFT_LOGLEVEL_ERR),
        ("warn", LogLevel.NFT_LOGLEVEL_WARNING),
        ("notice", LogLevel.NFT_LOGLEVEL_NOTICE),
        ("info", LogLevel.NFT_LOGLEVEL_INFO),
        ("debug", LogLevel.NFT_LOGLEVEL_DEBUG),
        ("audit", LogLevel.NFT_LOGLEVEL_AUDIT),
    ];

    internal static LogExpression Write(NftStatement.Log log)
    {
        var flags = log.Flags.Aggregate(LogFlags.None, (sum, flag) => sum | Flag(flag));
        LogLevel? level = log.Level is null ? null : Level(log.Level);
        if (log.Group is not null && (level is not null || flags != LogFlags.None))
            throw new NftRefused("level and group are mutually exclusive");
        return new LogExpression
        {
            Prefix = log.Prefix ?? "",
            Group = (ushort?)log.Group,
            SnapLength = log.SnapLength,
            QueueThreshold = (ushort?)log.QueueThreshold,
            Level = level,
            Flags = flags,
        };
    }

    internal static NftStatement.Log Read(LogExpression log) => new()
    {
        Prefix = log.Prefix.Length == 0 ? null : log.Prefix,
        Group = log.Group,
        SnapLength = log.SnapLength,
        QueueThreshold = log.QueueThreshold,
        Flags = Words(log.Flags),
        // A warning is what nft logs without a word.
        Level = log.Level is LogLevel.NFT_LOGLEVEL_WARNING ? null : Levels.FirstOrDefault(known => known.Level == log.Level).Word,
    };

    internal static void WriteJson(NftStatement.Log log, NftJsonWriter json)
    {
        if (log is { Prefix: null, Group: null, SnapLength: null, QueueThreshold: null, Level: null, Flags.Count: 0 })
        {
            json.Null("log");
            return;
        }

        json.Named("log", () =>
        {
            if (log.Prefix is not null)
                json.String("prefix", log.Prefix);
            if (log.Group is { } group)
                json.Number("group", group);
            if (log.SnapLength is { } length)
                json.Number("snaplen", length);
            if (log.QueueThreshold is { } threshold)
                json.Number("queue-threshold", threshold);
            if (log.Level is not null)
                json.String("level", log.Level);
            if (log.Flags.Count > 0)
                json.Strings("flags", [.. log.Flags.SelectMany(flag => flag.StartsWith("tcp ", StringComparison.Ordinal) ? flag[4..].Split(',').Select(part => $"tcp {part}") : [flag])]);
        });
    }

    private static LogFlags Flag(string word) => word switch
    {
        "all" => All,
        "tcp sequence" => LogFlags.NF_LOG_TCPSEQ,
        "tcp options" => LogFlags.NF_LOG_TCPOPT,
        "tcp sequence,options" or "tcp options,sequence" => LogFlags.NF_LOG_TCPSEQ | LogFlags.NF_LOG_TCPOPT,
        "ip options" => LogFlags.NF_LOG_IPOPT,
        "skuid" => LogFlags.NF_LOG_UID,
        "ether" => LogFlags.NF_LOG_MACDECODE,
        _ => throw new NftRefused($"'{word}' is no flag of log"),
    };

    private static List<string> Words(LogFlags flags)
    {
        if ((flags & All) == All)
            return ["all"];
        var words = new List<string>();
        var (sequence, options) = ((flags & LogFlags.NF_LOG_TCPSEQ) != 0, (flags & LogFlags.NF_LOG_TCPOPT) != 0);
        if (sequence || options)
            words.Add(sequence && options ? "tcp sequence,options" : sequence ? "tcp sequence" : "tcp options");
        if ((flags & LogFlags.NF_LOG_IPOPT) != 0)
            words.Add("ip options");
        if ((flags & LogFlags.NF_LOG_UID) != 0)
            words.Add("skuid");
        if ((flags & LogFlags.NF_LOG_MACDECODE) != 0)
            words.Add("ether");
        return words;
    }

    private static LogLevel Level(string word)
    {
        foreach (var (known, level) in Levels)
        {
            if (known == word)
                return level;
        }

        throw new NftRefused($"'{word}' is no log level");
    }
}
