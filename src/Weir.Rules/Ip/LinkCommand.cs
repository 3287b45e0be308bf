namespace Weir.Rules.Ip;

/// <summary><c>ip link add</c>, <c>set</c> and <c>delete</c>. Null and empty: not said.</summary>
public sealed record LinkCommand : IpEntry
{
    public string Name { get; init; } = "";
    /// <summary><c>link set … name</c>.</summary>
    public string NewName { get; init; } = "";
    public int Index { get; init; }
    /// <summary><c>link add link PARENT</c>.</summary>
    public string Parent { get; init; } = "";
    public byte[]? Address { get; init; }
    public byte[]? Broadcast { get; init; }
    public int? Mtu { get; init; }
    public int? QueueLength { get; init; }
    public int? TransmitQueues { get; init; }
    public int? ReceiveQueues { get; init; }
    /// <summary>Null: not said; empty: <c>nomaster</c>.</summary>
    public string? Master { get; init; }
    /// <summary>Null: not said.</summary>
    public string? Alias { get; init; }
    public uint? Group { get; init; }
    public bool? Up { get; init; }
    public bool? Arp { get; init; }
    public bool? Promiscuous { get; init; }
    public bool? Multicast { get; init; }
    public bool? AllMulticast { get; init; }
    /// <summary>IN6_ADDR_GEN_MODE_.</summary>
    public byte? AddressGeneration { get; init; }
    /// <summary>A name under /run/netns, or a process id.</summary>
    public string Namespace { get; init; } = "";
    /// <summary>The word after <c>type</c>.</summary>
    public string Kind { get; init; } = "";
    /// <summary>What stands after the kind, but for a veth's peer.</summary>
    public IReadOnlyList<string> KindWords { get; init; } = [];
    /// <summary>The other end of a veth pair.</summary>
    public LinkCommand? Peer { get; init; }

    /// <summary>The words after <c>ip link VERB</c>.</summary>
    internal static LinkCommand Parse(Words words, IpVerb verb, IpNameTables names)
    {
        var link = ParseWords(words, new LinkCommand { Verb = verb }, names);
        if (link.Kind.Length != 0 && words.Peek is not null)
            link = ParseKind(words, link, names);
        if (!words.AtEnd)
            throw new LineException($"ip link has no word '{words.Peek}' that is known here.");
        if (link.Name.Length == 0 && verb != IpVerb.Add)
            throw new LineException("ip link wants the name of a link.");
        return link;
    }

    private static LinkCommand ParseKind(Words words, LinkCommand link, IpNameTables names)
    {
        var kindWords = new List<string>();
        while (words.Peek is { } word)
        {
            words.Next(out _);
            if (link.Kind == "veth" && word == "peer")
            {
                link = link with { Peer = ParseWords(words, new LinkCommand { Verb = IpVerb.Add }, names) };
                continue;
            }

            kindWords.Add(word);
        }

        return link with { KindWords = kindWords };
    }

    /// <summary>Up to the end, or the kind after <c>type</c>.</summary>
    private static LinkCommand ParseWords(Words words, LinkCommand link, IpNameTables names)
    {
        while (words.Peek is { } word)
        {
            words.Next(out _);
            switch (word)
            {
                case "dev": link = link with { Name = Value.Word(words, word) }; break;
                case "name" when link.Verb == IpVerb.Set: link = link with { NewName = Value.Word(words, word) }; break;
                case "name": link = link with { Name = Value.Word(words, word) }; break;
                case "index": link = link with { Index = (int)Value.Number(words, word, int.MaxValue) }; break;
                case "link": link = link with { Parent = Value.Word(words, word) }; break;
                case "address": link = link with { Address = Value.Octets(words, word) }; break;
                case "broadcast" or "brd": link = link with { Broadcast = Value.Octets(words, word) }; break;
                case "mtu": link = link with { Mtu = (int)Value.Number(words, word, int.MaxValue) }; break;
                case "txqueuelen" or "txqlen" or "qlen": link = link with { QueueLength = (int)Value.Number(words, word, int.MaxValue) }; break;
                case "numtxqueues": link = link with { TransmitQueues = (int)Value.Number(words, word, int.MaxValue) }; break;
                case "numrxqueues": link = link with { ReceiveQueues = (int)Value.Number(words, word, int.MaxValue) }; break;
                case "master": link = link with { Master = Value.Word(words, word) }; break;
                case "nomaster": link = link with { Master = "" }; break;
                case "alias": link = link with { Alias = Value.Word(words, word) }; break;
                case "group": link = link with { Group = Value.Named(words, word, names.Groups, int.MaxValue) }; break;
                case "up": link = link with { Up = true }; break;
                case "down": link = link with { Up = false }; break;
                case "arp": link = link with { Arp = OnOff(words, word) }; break;
                case "promisc": link = link with { Promiscuous = OnOff(words, word) }; break;
                case "multicast": link = link with { Multicast = OnOff(words, word) }; break;
                case "allmulticast": link = link with { AllMulticast = OnOff(words, word) }; break;
                case "addrgenmode": link = link with { AddressGeneration = Generation(Value.Word(words, word)) }; break;
                case "netns": link = link with { Namespace = Value.Word(words, word) }; break;
                case "type":
                    return link with { Kind = Value.Word(words, word) };
                default:
                    if (link.Name.Length != 0)
                        throw new LineException($"ip link has no word '{word}' that is known here.");
                    link = link with { Name = word };
                    break;
            }
        }

        return link;
    }

    private static bool OnOff(Words words, string name) => Value.Word(words, name) switch
    {
        "on" => true,
        "off" => false,
        _ => throw new LineException($"'{name}' takes on or off."),
    };

    private static byte Generation(string word) => word switch
    {
        "eui64" => 0,
        "none" => 1,
        "stable_secret" => 2,
        "random" => 3,
        _ => throw new LineException($"'{word}' is no way to make addresses: eui64, none, stable_secret, random."),
    };
}
