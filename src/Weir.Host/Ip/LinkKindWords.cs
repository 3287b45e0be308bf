using System.Globalization;
using System.Net;
using Weir.Netlink.Route.Kinds;
using Weir.Rules.Ip;

namespace Weir.Host.Ip;

/// <summary>The words after <c>ip link add … type KIND</c> as the kind's settings.</summary>
internal static class LinkKindWords
{
    /// <exception cref="FormatException">With what is not understood.</exception>
    public static LinkKind Parse(LinkCommand link, Func<string, int> indexOf)
    {
        Queue<string> words = new(link.KindWords);
        return link.Kind switch
        {
            "bridge" => Bridge(words),
            "vxlan" when link.Verb == IpVerb.Add && !link.KindWords.Any(word => word is "id" or "vni" or "external") => throw new FormatException("a vxlan wants an id, its network's number, or external"),
            "vxlan" => Vxlan(words, indexOf),
            "geneve" => Geneve(words),
            "macvlan" or "macvtap" => new MacvlanKind(MacvlanModeOf(words)) { Tap = link.Kind == "macvtap" },
            "ipvlan" => Ipvlan(words),
            "vlan" => Vlan(words),
            _ when words.Count == 0 => new PlainKind(link.Kind),
            _ => throw new FormatException($"the link kind {link.Kind} takes no words that are known here"),
        };
    }

    private static BridgeKind Bridge(Queue<string> words)
    {
        BridgeKind kind = new();
        while (words.TryDequeue(out string? word))
        {
            kind = word switch
            {
                "forward_delay" => kind with { ForwardDelay = Number(words, word) },
                "hello_time" => kind with { HelloTime = Number(words, word) },
                "max_age" => kind with { MaximumAge = Number(words, word) },
                "ageing_time" => kind with { AgeingTime = Number(words, word) },
                "stp_state" => kind with { SpanningTree = Number(words, word) },
                "priority" => kind with { Priority = (ushort)Number(words, word, ushort.MaxValue) },
                "vlan_filtering" => kind with { VlanFiltering = Number(words, word, 1) == 1 },
                "group_fwd_mask" => kind with { GroupForwardMask = (ushort)Number(words, word, ushort.MaxValue) },
                "mcast_snooping" => kind with { MulticastSnooping = Number(words, word, 1) == 1 },
                "vlan_default_pvid" => kind with { DefaultVlan = (ushort)Number(words, word, 4095) },
                _ => throw Unknown("bridge", word),
            };
        }

        return kind;
    }

    private static VxlanKind Vxlan(Queue<string> words, Func<string, int> indexOf)
    {
        VxlanKind kind = new();
        while (words.TryDequeue(out string? word))
        {
            kind = word switch
            {
                "id" or "vni" => kind with { Id = Number(words, word, 0xffffff) },
                "remote" or "group" => kind with { Remote = Address(words, word) },
                "local" => kind with { Local = Address(words, word) },
                "dev" => kind with { LinkIndex = indexOf(Word(words, word)) },
                "dstport" => kind with { Port = (ushort)Number(words, word, ushort.MaxValue) },
                "srcport" => kind with { FirstSourcePort = (ushort)Number(words, word, ushort.MaxValue), LastSourcePort = (ushort)Number(words, word, ushort.MaxValue) },
                "ttl" => kind with { Ttl = Ttl(words) },
                "tos" => kind with { Tos = (byte)Number(words, word, byte.MaxValue) },
                "ageing" => kind with { Ageing = Number(words, word) },
                "maxaddr" => kind with { Limit = Number(words, word) },
                "df" => kind with { DontFragment = DontFragment(words) },
                "learning" or "nolearning" => kind with { Learning = word == "learning" },
                "proxy" or "noproxy" => kind with { Proxy = word == "proxy" },
                "rsc" or "norsc" => kind with { RouteShortCircuit = word == "rsc" },
                "l2miss" or "nol2miss" => kind with { Layer2Miss = word == "l2miss" },
                "l3miss" or "nol3miss" => kind with { Layer3Miss = word == "l3miss" },
                "udpcsum" or "noudpcsum" => kind with { UdpChecksum = word == "udpcsum" },
                "udp6zerocsumtx" or "noudp6zerocsumtx" => kind with { ZeroChecksum6Transmit = word == "udp6zerocsumtx" },
                "udp6zerocsumrx" or "noudp6zerocsumrx" => kind with { ZeroChecksum6Receive = word == "udp6zerocsumrx" },
                "gbp" => kind with { GroupPolicy = true },
                "external" => kind with { External = true },
                _ => throw Unknown("vxlan", word),
            };
        }

        return kind;
    }

    private static GeneveKind Geneve(Queue<string> words)
    {
        GeneveKind kind = new();
        while (words.TryDequeue(out string? word))
        {
            kind = word switch
            {
                "id" or "vni" => kind with { Id = Number(words, word, 0xffffff) },
                "remote" => kind with { Remote = Address(words, word) },
                "ttl" when words.TryPeek(out string? next) && next == "inherit" => kind with { TtlInherit = words.Dequeue() == next },
                "ttl" => kind with { Ttl = Ttl(words) },
                "tos" or "dsfield" => kind with { Tos = (byte)Number(words, word, byte.MaxValue) },
                "df" => kind with { DontFragment = DontFragment(words) },
                "label" or "flowlabel" => kind with { Label = Number(words, word, 0xfffff) },
                "dstport" => kind with { Port = (ushort)Number(words, word, ushort.MaxValue) },
                "external" => kind with { External = true },
                "udpcsum" or "noudpcsum" => kind with { UdpChecksum = word == "udpcsum" },
                "udp6zerocsumtx" or "noudp6zerocsumtx" => kind with { ZeroChecksum6Transmit = word == "udp6zerocsumtx" },
                "udp6zerocsumrx" or "noudp6zerocsumrx" => kind with { ZeroChecksum6Receive = word == "udp6zerocsumrx" },
                _ => throw Unknown("geneve", word),
            };
        }

        return kind;
    }

    private static MacvlanMode MacvlanModeOf(Queue<string> words)
    {
        MacvlanMode mode = MacvlanMode.Vepa;
        while (words.TryDequeue(out string? word))
        {
            if (word != "mode")
                throw Unknown("macvlan", word);
            mode = Word(words, word) switch
            {
                "private" => MacvlanMode.Private,
                "vepa" => MacvlanMode.Vepa,
                "bridge" => MacvlanMode.Bridge,
                "passthru" => MacvlanMode.Passthru,
                "source" => MacvlanMode.Source,
                string other => throw new FormatException($"'{other}' is no mode of a macvlan"),
            };
        }

        return mode;
    }

    private static IpvlanKind Ipvlan(Queue<string> words)
    {
        IpvlanKind kind = new(IpvlanMode.L3);
        while (words.TryDequeue(out string? word))
        {
            kind = word switch
            {
                "mode" => kind with { Mode = Word(words, word) switch { "l2" => IpvlanMode.L2, "l3" => IpvlanMode.L3, "l3s" => IpvlanMode.L3S, string other => throw new FormatException($"'{other}' is no mode of an ipvlan") } },
                "bridge" => kind with { Flags = 0 },
                "private" => kind with { Flags = 1 },
                "vepa" => kind with { Flags = 2 },
                _ => throw Unknown("ipvlan", word),
            };
        }

        return kind;
    }

    private static VlanKind Vlan(Queue<string> words)
    {
        VlanKind kind = new(0);
        while (words.TryDequeue(out string? word))
        {
            kind = word switch
            {
                "id" => kind with { Id = (ushort)Number(words, word, 4095) },
                "protocol" or "proto" => kind with { Protocol = Word(words, word).ToUpperInvariant() switch { "802.1Q" => 0x8100, "802.1AD" => 0x88a8, string other => throw new FormatException($"'{other}' is no VLAN protocol") } },
                _ => throw Unknown("vlan", word),
            };
        }

        return kind;
    }

    private static byte Ttl(Queue<string> words) => words.TryPeek(out string? next) && next is "auto" or "inherit" && words.Dequeue() == next ? (byte)0 : (byte)Number(words, "ttl", byte.MaxValue);

    private static byte DontFragment(Queue<string> words) =>
        Word(words, "df") switch { "unset" => 0, "set" => 1, "inherit" => 2, string other => throw new FormatException($"'{other}' is no choice for df") };

    private static string Word(Queue<string> words, string name) => words.TryDequeue(out string? word) ? word : throw new FormatException($"'{name}' wants a value after it");

    private static uint Number(Queue<string> words, string name, uint most = uint.MaxValue)
    {
        string word = Word(words, name);
        bool hexadecimal = word.StartsWith("0x", StringComparison.Ordinal);
        bool good = uint.TryParse(hexadecimal ? word.AsSpan(2) : word, hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out uint number);
        return good && number <= most ? number : throw new FormatException($"'{name}' takes a number up to {most}");
    }

    private static IPAddress Address(Queue<string> words, string name) =>
        IpAddressText.TryParse(Word(words, name), out IPAddress address) ? address : throw new FormatException($"'{name}' takes an IP address");

    private static FormatException Unknown(string kind, string word) => new($"the link kind {kind} has no word '{word}' that is known here");
}
