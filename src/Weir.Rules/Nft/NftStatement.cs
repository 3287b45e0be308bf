namespace Weir.Rules.Nft;

/// <summary>A statement of a rule: a match, a verdict, or something that is done.</summary>
public abstract record NftStatement
{
    private NftStatement()
    {
    }

    public sealed override string ToString() => NftPrinter.Statement(this);

    /// <summary><c>tcp dport 80</c>, <c>meta mark &amp; 0xff != 0x11</c>.</summary>
    /// <param name="Operator">Empty where the text has none; else <c>== != &lt; &gt; &lt;= &gt;= !</c>.</param>
    public sealed record Match(NftTerm Left, string Operator, NftTerm Right) : NftStatement;

    /// <summary><c>tcp flags syn / syn,ack</c>: of the bits in the mask exactly these are set.</summary>
    public sealed record FlagMatch(NftTerm Left, string Operator, NftTerm Flags, NftTerm Mask) : NftStatement;

    /// <summary><c>ct state vmap { established : accept }</c>.</summary>
    public sealed record VerdictMap(NftTerm Key, NftTerm Mappings) : NftStatement;

    /// <summary><c>meta mark set 0x1</c>, <c>ip dscp set cs1</c>.</summary>
    public sealed record Assign(NftTerm Target, NftTerm Value) : NftStatement;

    /// <summary><c>accept</c>, <c>jump CHAIN</c>.</summary>
    public sealed record Verdict(string Kind, string? Chain = null) : NftStatement;

    /// <summary><c>jump { tcp dport 80 accept; return; }</c>: a chain without a name, for this rule alone.</summary>
    /// <param name="Kind"><c>jump</c>, <c>goto</c>.</param>
    /// <param name="Items">Its rules, comments and what is not understood.</param>
    public sealed record AnonymousChain(string Kind, IReadOnlyList<NftItem> Items) : NftStatement;

    /// <summary><c>counter packets 0 bytes 0</c>; without figures, <c>counter</c>.</summary>
    public sealed record Counter(ulong? Packets, ulong? Bytes) : NftStatement;

    /// <summary><c>counter name "x"</c>, <c>ct helper set "x"</c>, or with a map in the name's place.</summary>
    /// <param name="Kind"><c>counter</c>, <c>quota</c>, <c>limit</c>, <c>synproxy</c>, <c>ct helper</c>, <c>ct timeout</c>, <c>ct expectation</c>, <c>meta secmark</c>.</param>
    public sealed record Object(string Kind, NftTerm Name) : NftStatement;

    /// <summary><c>limit rate over 10 kbytes/second burst 5 kbytes</c>.</summary>
    /// <param name="Unit">Empty for packets; <c>bytes</c>, <c>kbytes</c>, <c>mbytes</c>.</param>
    /// <param name="Per"><c>second</c>, <c>minute</c>, <c>hour</c>, <c>day</c>, <c>week</c>.</param>
    /// <param name="BurstUnit"><c>packets</c>, <c>bytes</c>, <c>kbytes</c>, <c>mbytes</c>.</param>
    public sealed record Limit(bool IsOver, ulong Rate, string Unit, string Per, ulong? Burst = null, string BurstUnit = "") : NftStatement;

    /// <summary><c>quota over 10 mbytes used 5 bytes</c>.</summary>
    public sealed record Quota(bool IsOver, ulong Amount, string Unit, ulong? Used = null, string UsedUnit = "") : NftStatement;

    /// <summary><c>ct count over 5</c>.</summary>
    public sealed record ConnectionLimit(bool IsOver, uint Count) : NftStatement;

    /// <summary><c>log prefix "x" level info flags all</c>, <c>log group 5</c>.</summary>
    public sealed record Log : NftStatement
    {
        public string? Prefix { get; init; }

        public uint? Group { get; init; }

        public uint? SnapLength { get; init; }

        public uint? QueueThreshold { get; init; }

        public string? Level { get; init; }

        /// <summary>Each as it stands: <c>all</c>, <c>tcp sequence,options</c>, <c>ip options</c>, <c>skuid</c>, <c>ether</c>.</summary>
        public IReadOnlyList<string> Flags { get; init; } = [];
    }

    /// <summary><c>dnat ip to 10.0.0.2:8080 random</c>, <c>masquerade to :1024-65535</c>, <c>redirect</c>.</summary>
    public sealed record Nat(string Kind) : NftStatement
    {
        /// <summary><c>ip</c>, <c>ip6</c>, or empty.</summary>
        public string Family { get; init; } = "";

        public bool IsPrefix { get; init; }

        public NftTerm? Address { get; init; }

        public NftTerm? Port { get; init; }

        /// <summary><c>random</c>, <c>fully-random</c>, <c>persistent</c>.</summary>
        public IReadOnlyList<string> Flags { get; init; } = [];
    }

    /// <summary><c>tproxy ip to 127.0.0.1:15001</c>.</summary>
    public sealed record Tproxy(string Family, NftTerm? Address, NftTerm? Port) : NftStatement;

    /// <summary><c>reject with icmp host-unreachable</c>.</summary>
    /// <param name="With">Empty, <c>tcp reset</c>, <c>icmp</c>, <c>icmpv6</c>, <c>icmpx</c>.</param>
    public sealed record Reject(string With = "", string? Code = null) : NftStatement;

    /// <summary><c>queue flags bypass to 0-3</c>.</summary>
    public sealed record Queue(NftTerm? Number, IReadOnlyList<string> Flags) : NftStatement;

    public sealed record Notrack : NftStatement;

    /// <summary><c>dup to 10.0.0.1 device "eth0"</c>.</summary>
    public sealed record Dup(NftTerm To, NftTerm? Device) : NftStatement;

    /// <summary><c>fwd to "eth0"</c>, <c>fwd ip to 10.0.0.1 device "eth0"</c>.</summary>
    public sealed record Fwd(string Family, NftTerm? Address, NftTerm Device) : NftStatement;

    /// <summary><c>update @set { ip saddr timeout 5m : 0x1 }</c>.</summary>
    /// <param name="Operation"><c>add</c>, <c>update</c>, <c>delete</c>.</param>
    public sealed record SetUpdate(string Operation, string Set, NftElement Element) : NftStatement;

    /// <summary><c>flow add @f</c>.</summary>
    public sealed record FlowAdd(string FlowTable) : NftStatement;

    /// <summary><c>synproxy mss 1460 wscale 7 timestamp sack-perm</c>.</summary>
    public sealed record Synproxy(uint? Mss, uint? WindowScale, bool Timestamp, bool SackPermitted) : NftStatement;

    /// <summary><c>last used 5s</c>.</summary>
    public sealed record Last(string? Used) : NftStatement;

    /// <summary>A statement that is not understood, as it stands.</summary>
    public sealed record Unknown(string Text) : NftStatement;
}
