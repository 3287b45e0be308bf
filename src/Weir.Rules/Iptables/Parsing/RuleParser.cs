using System.Globalization;
using Weir.Rules.Iptables.Targets;

namespace Weir.Rules.Iptables.Parsing;

/// <summary>Reads the words of one command, <c>-A INPUT -p tcp …</c>, as iptables/xshared.c do_parse and getopt_long(3) read them.</summary>
/// <remarks>
/// Options are tried in this order: the tool's own; those of the extension that was loaded last; … of the one that was loaded first. The start of a name
/// is enough when it is the start of no other. An option that none of them has loads the match of the protocol (<c>-p tcp --dport 80</c>).
/// </remarks>
internal sealed class RuleParser(IptablesFamily family, IptablesNames names, string table)
{
    /// <summary>XT_EXTENSION_MAXNAMELEN and IFNAMSIZ, with their NUL.</summary>
    private const int NameSize = 29, InterfaceSize = 16;

    private enum Argument
    {
        None,
        Required,

        /// <summary>The next word, unless it looks like an option.</summary>
        Optional,
    }

    private readonly record struct BaseOption(string Name, char Letter, Argument Argument);

    private readonly record struct Candidate(char Letter, ExtensionParser? Extension, ExtensionOption Option, bool TakesValue);

    private static readonly BaseOption[] BaseOptions =
    [
        new("append", 'A', Argument.Required), new("delete", 'D', Argument.Required), new("check", 'C', Argument.Required), new("insert", 'I', Argument.Required),
        new("replace", 'R', Argument.Required), new("list", 'L', Argument.Optional), new("list-rules", 'S', Argument.Optional), new("flush", 'F', Argument.Optional),
        new("zero", 'Z', Argument.Optional), new("new-chain", 'N', Argument.Required), new("delete-chain", 'X', Argument.Optional),
        new("rename-chain", 'E', Argument.Required), new("policy", 'P', Argument.Required), new("source", 's', Argument.Required), new("src", 's', Argument.Required),
        new("destination", 'd', Argument.Required), new("dst", 'd', Argument.Required), new("protocol", 'p', Argument.Required), new("in-interface", 'i', Argument.Required),
        new("out-interface", 'o', Argument.Required), new("jump", 'j', Argument.Required), new("goto", 'g', Argument.Required), new("match", 'm', Argument.Required),
        new("fragments", 'f', Argument.None), new("set-counters", 'c', Argument.Required), new("verbose", 'v', Argument.None), new("table", 't', Argument.Required),
        new("numeric", 'n', Argument.None), new("exact", 'x', Argument.None), new("line-numbers", '0', Argument.None), new("wait", 'w', Argument.None),
        new("ipv4", '4', Argument.None), new("ipv6", '6', Argument.None), new("modprobe", 'M', Argument.Required), new("help", 'h', Argument.None), new("version", 'V', Argument.None),
    ];

    private readonly List<MatchParser> _matches = [];

    // The last loaded first, one of each kind.
    private readonly List<ExtensionParser> _searched = [];

    private List<string> _words = [];
    private int _next;
    private bool _inverted;

    // A bit for each letter that was given: the letters from A to z differ in their last six bits.
    private ulong _given;
    private bool _protocolMatchLoaded;

    private char _command;
    private string? _chain;
    private int? _number;
    private IptablesPolicy? _policy;
    private TargetParser? _target;
    private IptablesRule _rule = new();
    private string? _sources, _destinations;

    internal IptablesFamily Family => family;

    internal IptablesNames Names => names;

    /// <summary>As far as it has been read: what comes later isn't known to the options before.</summary>
    internal Negatable<byte>? Protocol => _rule.Protocol;

    /// <summary>The command, or null when the line is for the other family (<c>-4</c>, <c>-6</c>).</summary>
    internal IptablesCommand? Parse(List<string> words, IptablesCounters counters, int line, string text)
    {
        _words = words;
        _rule = _rule with { Counters = counters, Line = line };
        while (_next < _words.Count)
        {
            var word = _words[_next++];
            if (word == "!")
            {
                if (_inverted)
                    throw new RuleSyntaxException("two ! follow each other");
                _inverted = true;
                continue;
            }

            if (IsForOtherFamily(word))
                return null;
            if (word.StartsWith("--", StringComparison.Ordinal))
                Long(word);
            else if (word.Length > 1 && word[0] == '-')
                Short(word);
            else
                throw new RuleSyntaxException(BadArgument(word));
            _inverted = false;
        }

        return Finish(line, text);
    }

    /// <summary>The second word of an option that has two (<c>--tcp-flags</c>, <c>--match-set</c>).</summary>
    internal string? TakeSecondWord() => HasArgument() ? _words[_next++] : null;

    private static string BadArgument(string word) => word.StartsWith('#')
        ? $"bad argument \"{word}\": a comment can only begin at the start of a line; for a text that stays with the rule use -m comment --comment \"…\""
        : $"bad argument \"{word}\": it belongs to no option";

    private bool IsForOtherFamily(string word) => word switch
    {
        "-4" or "--ipv4" => family == IptablesFamily.IPv6,
        "-6" or "--ipv6" => family == IptablesFamily.IPv4,
        _ => false,
    };

    /// <summary>xs_has_arg: the next word is none of an option.</summary>
    private bool HasArgument() => _next < _words.Count && !(_words[_next] is ['-' or '!', ..]);

    private string Required(string option, string? attached)
    {
        if (attached is not null)
            return attached;
        return _next < _words.Count ? _words[_next++] : throw new RuleSyntaxException($"option \"{option}\" requires an argument");
    }

    private void Long(string word)
    {
        var equals = word.IndexOf('=');
        var name = equals < 0 ? word[2..] : word[2..equals];
        var attached = equals < 0 ? null : word[(equals + 1)..];
        if (name.Length == 0)
            throw new RuleSyntaxException(BadArgument(word));
        if (Find(name) is not { } found && !LoadProtocolMatch(name, out found))
            throw new RuleSyntaxException(Unknown(word));
        if (found.Extension is null)
        {
            var option = FindBase(found.Letter);
            Base(option.Letter, option.Argument switch
            {
                Argument.Required => Required(word, attached),
                Argument.Optional => attached ?? (HasArgument() ? _words[_next++] : null),
                _ => null,
            });
            return;
        }

        if (!found.TakesValue && attached is not null)
            throw new RuleSyntaxException($"option \"--{name}\" takes no argument");
        var value = found.TakesValue ? Required(word, attached) : "";
        found.Extension.Take(found.Option, new OptionValue(found.Option.Name, value, _inverted, this));
    }

    private string Unknown(string word)
    {
        var loaded = string.Join(", ", _searched.Select(extension => extension.Name).Reverse());
        return $"unknown option \"{word}\"{(loaded.Length == 0 ? "" : $": {loaded} have no such option")}{(Protocol is null ? "; ports need -p tcp or -p udp before them" : "")}";
    }

    private Candidate? Find(string name)
    {
        foreach (var option in BaseOptions)
        {
            if (option.Name == name)
                return new Candidate(option.Letter, null, default, option.Argument != Argument.None);
        }

        foreach (var extension in _searched)
        {
            foreach (var option in extension.Options)
            {
                if (option.Name == name)
                    return new Candidate('\0', extension, option, option.TakesValue);
            }
        }

        return FindStart(name);
    }

    private Candidate? FindStart(string name)
    {
        var starts = BaseOptions
            .Where(option => option.Name.StartsWith(name, StringComparison.Ordinal))
            .Select(option => new Candidate(option.Letter, null, default, option.Argument != Argument.None))
            .Concat(_searched.SelectMany(extension => extension.Options
                .Where(option => option.Name.StartsWith(name, StringComparison.Ordinal))
                .Select(option => new Candidate('\0', extension, option, option.TakesValue))))
            .ToList();
        return starts.DistinctBy(start => (start.Letter, start.Extension, start.Option.Id, start.TakesValue)).Count() == 1 ? starts[0] : null;
    }

    private static BaseOption FindBase(char letter)
    {
        foreach (var option in BaseOptions)
        {
            if (option.Letter == letter)
                return option;
        }

        return default;
    }

    private bool LoadProtocolMatch(string name, out Candidate found)
    {
        found = default;
        if (_protocolMatchLoaded || Protocol is not { } protocol || Extensions.FindMatch(protocol.Value, family) is not { } match)
            return false;
        _protocolMatchLoaded = true;
        _matches.Add(match);
        _searched.Insert(0, match);
        if (Find(name) is { } option)
        {
            found = option;
            return true;
        }

        return false;
    }

    private void Short(string word)
    {
        for (var i = 1; i < word.Length; i++)
        {
            var letter = word[i];
            var option = FindBase(letter);
            if (option.Name is null || letter == '0')
                throw new RuleSyntaxException(Unknown(word));
            if (option.Argument == Argument.None)
            {
                Base(letter, null);
                continue;
            }

            var attached = i + 1 < word.Length ? word[(i + 1)..] : null;
            Base(letter, option.Argument == Argument.Required ? Required(word, attached) : attached ?? (HasArgument() ? _words[_next++] : null));
            return;
        }
    }

    private void Base(char letter, string? value)
    {
        switch (letter)
        {
            case 'A' or 'N' or 'F' or 'X' or 'C' or 'L' or 'S' or 'Z' or 'E':
                Command(letter, value);
                break;
            case 'D':
                Command(letter, value);
                if (HasArgument())
                    _number = RuleNumber(_words[_next++]);
                break;
            case 'I':
                Command(letter, value);
                _number = HasArgument() ? RuleNumber(_words[_next++]) : 1;
                break;
            case 'R':
                Command(letter, value);
                _number = HasArgument() ? RuleNumber(_words[_next++]) : throw new RuleSyntaxException("-R requires a rule number");
                break;
            case 'P':
                Command(letter, value);
                _policy = HasArgument() && Enum.TryParse<IptablesPolicy>(_words[_next++], out var policy) && policy.ToString() == _words[_next - 1]
                    ? policy
                    : throw new RuleSyntaxException("-P requires a chain and ACCEPT or DROP");
                break;
            case 'v':
                break;
            case 't':
                throw new RuleSyntaxException("the table stands in its own line before (*filter), -t can't be used here");
            case 'n' or 'x' or '0' or 'w' or 'M' or 'h' or 'V':
                throw new RuleSyntaxException($"the option -{letter} can't be used here");
            case '4' or '6':
                break;
            default:
                RuleOption(letter, value ?? "");
                break;
        }
    }

    private void Command(char letter, string? chain)
    {
        if (_inverted)
            throw new RuleSyntaxException($"! can't stand before -{letter}");
        if (_command != '\0')
            throw new RuleSyntaxException($"-{letter} can't be used with -{_command}");
        _command = letter;
        _chain = chain;
    }

    private void RuleOption(char letter, string value)
    {
        if (letter != 'm')
        {
            var bit = 1ul << ((letter == 'g' ? 'j' : letter) & 0x3f);
            if ((_given & bit) != 0)
                throw new RuleSyntaxException($"only one -{letter} is allowed");
            _given |= bit;
        }

        if (_inverted && letter is 'j' or 'g' or 'c' or 'm')
            throw new RuleSyntaxException($"! can't stand before -{letter}");
        switch (letter)
        {
            case 's':
                _sources = value;
                _rule = _rule with { Source = new(null!, _inverted) };
                break;
            case 'd':
                _destinations = value;
                _rule = _rule with { Destination = new(null!, _inverted) };
                break;
            case 'p':
                var protocol = ProtocolNames.Parse(value.ToLowerInvariant()) ?? throw new RuleSyntaxException($"unknown protocol \"{value}\"");
                if (protocol == 0 && _inverted)
                    throw new RuleSyntaxException("! -p all matches no packet");
                _rule = _rule with { Protocol = new(protocol, _inverted) };
                break;
            case 'i':
                _rule = _rule with { InInterface = new(Interface(value), _inverted) };
                break;
            case 'o':
                _rule = _rule with { OutInterface = new(Interface(value), _inverted) };
                break;
            case 'f':
                if (family == IptablesFamily.IPv6)
                    throw new RuleSyntaxException("-f is for IPv4 only");
                _rule = _rule with { Fragment = !_inverted };
                break;
            case 'c':
                ReadCounters(value);
                break;
            case 'm':
                LoadMatch(value);
                break;
            case 'j':
                LoadTarget(value);
                break;
            case 'g':
                _target = new PlainTargetParser(new GotoTarget(TargetName(value)));
                break;
        }
    }

    private void ReadCounters(string value)
    {
        var comma = value.IndexOf(',');
        var packets = comma < 0 ? value : value[..comma];
        var bytes = comma < 0 ? (HasArgument() ? _words[_next++] : "") : value[(comma + 1)..];
        if (!ulong.TryParse(packets, NumberStyles.None, CultureInfo.InvariantCulture, out var packetCount)
            || !ulong.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var byteCount))
            throw new RuleSyntaxException("-c requires a packet and a byte counter");
        _rule = _rule with { Counters = new IptablesCounters(packetCount, byteCount) };
    }

    private void LoadMatch(string name)
    {
        var match = Extensions.FindMatch(name, family) ?? (HasRawInfo() ? new Matches.RawMatchParser(name) : null)
            ?? throw new RuleSyntaxException($"Weir doesn't know the match \"{name}\"; load this rule with {(family == IptablesFamily.IPv4 ? "iptables" : "ip6tables")}-restore --noflush");
        _matches.Add(match);
        // A second match of a kind takes the first one's place: its options move no further to the front.
        var place = _searched.FindIndex(extension => extension is MatchParser && extension.Name == match.Name);
        if (place < 0)
            _searched.Insert(0, match);
        else
            _searched[place] = match;
    }

    private void LoadTarget(string name)
    {
        TargetName(name);
        _target = Extensions.FindTarget(name, family);
        if (_target is null && HasRawInfo())
            _target = new RawTargetParser(name);
        if (_target is null && Extensions.IsOtherTarget(name))
            throw new RuleSyntaxException($"Weir doesn't know the target \"{name}\"; load this rule with {(family == IptablesFamily.IPv4 ? "iptables" : "ip6tables")}-restore --noflush");
        if (_target is null)
            _target = new PlainTargetParser(new JumpTarget(name));
        else
            _searched.Insert(0, _target);
    }

    private bool HasRawInfo() => _next < _words.Count && _words[_next] == "--weir-info";

    private static string TargetName(string name) => name.Length is > 0 and < NameSize && !HasBlank(name)
        ? name
        : throw new RuleSyntaxException($"invalid target name \"{name}\": 1 to {NameSize - 1} characters without blanks");

    private static bool HasBlank(string name)
    {
        foreach (var character in name)
        {
            if (char.IsWhiteSpace(character))
                return true;
        }

        return false;
    }

    private static string Interface(string name) => name.Length switch
    {
        0 => throw new RuleSyntaxException("the interface's name is empty"),
        >= InterfaceSize => throw new RuleSyntaxException($"the interface's name \"{name}\" is longer than {InterfaceSize - 1} characters"),
        _ => name,
    };

    private static int RuleNumber(string text) =>
        CNumber.TryParse(text, 1, int.MaxValue, out var number) ? (int)number : throw new RuleSyntaxException($"\"{text}\" is no rule number; the first rule is 1");

    private IptablesCommand Finish(int line, string text)
    {
        if (_inverted)
            throw new RuleSyntaxException("nothing follows the !");
        foreach (var match in _matches)
            match.Finish();
        _target?.Finish();
        var isRule = _command is 'A' or 'I' or 'R' || (_command == 'D' && _number is null);
        if (!isRule && (_given != 0 || _matches.Count > 0))
            throw new RuleSyntaxException(_command == '\0' ? "no command: a rule begins with -A CHAIN" : $"-{_command} takes no rule");
        return _command switch
        {
            '\0' => throw new RuleSyntaxException("no command: a rule begins with -A CHAIN"),
            'A' => new AppendRules(Chain(), Rules()) { Line = line, Text = text },
            'I' => new InsertRules(Chain(), _number!.Value, Rules()) { Line = line, Text = text },
            'R' => new ReplaceRule(Chain(), _number!.Value, Single(Rules())) { Line = line, Text = text },
            'D' when _number is { } number => new DeleteRuleNumber(Chain(), number) { Line = line, Text = text },
            'D' => new DeleteRules(Chain(), Rules()) { Line = line, Text = text },
            'F' => new FlushChain(_chain) { Line = line, Text = text },
            'N' => new NewChain(NewName(Chain())) { Line = line, Text = text },
            'X' => new DeleteChain(_chain) { Line = line, Text = text },
            'P' when table == "nat" && _policy == IptablesPolicy.DROP => throw new RuleSyntaxException(NoDropInNat),
            'P' => new SetPolicy(Chain(), _policy!.Value) { Line = line, Text = text },
            _ => throw new RuleSyntaxException($"-{_command} says nothing that can be installed; take the line out"),
        };
    }

    private const string NoDropInNat = "DROP can't be used in the nat table, which sees only the first packet of a connection: filter in the filter table";

    /// <summary>assert_valid_chain_name</summary>
    internal static string NewName(string name)
    {
        if (name.Length is 0 or >= NameSize)
            throw new RuleSyntaxException($"the chain's name \"{name}\" must have 1 to {NameSize - 1} characters");
        if (name[0] is '-' or '!' || HasBlank(name))
            throw new RuleSyntaxException($"\"{name}\" can't be a chain's name");
        return Extensions.IsOtherTarget(name) || Extensions.FindTarget(name, IptablesFamily.IPv4) is not null
            ? throw new RuleSyntaxException($"\"{name}\" can't be a chain's name: there is a target of this name")
            : name;
    }

    private string Chain() => _chain is { Length: < NameSize } chain ? chain : throw new RuleSyntaxException($"the chain's name \"{_chain}\" is longer than {NameSize - 1} characters");

    private static IptablesRule Single(List<IptablesRule> rules) => rules.Count == 1 ? rules[0] : throw new RuleSyntaxException("-R replaces by one rule: give one address");

    /// <summary>One rule for each pair of addresses.</summary>
    private List<IptablesRule> Rules()
    {
        if (_rule.OutInterface is not null && _chain is "PREROUTING" or "INPUT")
            throw new RuleSyntaxException($"-o can't be used in {_chain}: the packet has no way out yet");
        if (_rule.InInterface is not null && _chain is "POSTROUTING" or "OUTPUT")
            throw new RuleSyntaxException($"-i can't be used in {_chain}");
        var target = _target?.Target;
        if (table == "nat" && target is VerdictTarget { Verdict: Verdict.DROP })
            throw new RuleSyntaxException(NoDropInNat);
        CheckTransport();
        var sources = Addresses("-s", _sources);
        var destinations = Addresses("-d", _destinations);
        if ((sources.Count > 1 || destinations.Count > 1) && (_rule.Source is { Inverted: true } || _rule.Destination is { Inverted: true }))
            throw new RuleSyntaxException("! can't be used with several addresses: write a chain that returns for each of them");
        var rule = _rule with { Matches = [.. _matches.Select(match => match.Match)], Target = target };
        return [.. sources.SelectMany(source => destinations.Select(destination => rule with
        {
            Source = source is null ? null : new(source, _rule.Source!.Value.Inverted),
            Destination = destination is null ? null : new(destination, _rule.Destination!.Value.Inverted),
        }))];
    }

    /// <summary>iptables/nft.c, add_nft_tcp and add_nft_udp: what is a comparison in nf_tables needs the protocol's own.</summary>
    private void CheckTransport()
    {
        foreach (var match in _matches.Select(match => match.Match))
        {
            if (match is Matches.TcpMatch { IsEmpty: false, Option: null } && Protocol?.Value != ProtocolNames.Tcp)
                throw new RuleSyntaxException("the tcp match requires -p tcp");
            if (match is Matches.UdpMatch { IsEmpty: false } && Protocol?.Value != ProtocolNames.Udp)
                throw new RuleSyntaxException("the udp match requires -p udp");
        }
    }

    private List<AddressMask?> Addresses(string option, string? list)
    {
        if (list is null)
            return [null];
        var addresses = new List<AddressMask?>();
        foreach (var part in list.Split(','))
        {
            var word = part.Trim();
            var slash = word.LastIndexOf('/');
            var mask = slash < 0 ? null : AddressText.ParseMask(word[(slash + 1)..], family) ?? throw new RuleSyntaxException($"{option}: \"{word[(slash + 1)..]}\" is no mask");
            var text = slash < 0 ? word : word[..slash];
            // A null mask makes the address idle, even a name: any/0.
            var whole = family == IptablesFamily.IPv4 ? 4 : 16;
            var address = mask is not null && !mask.GetAddressBytes().AsSpan().ContainsAnyExcept((byte)0)
                ? new System.Net.IPAddress(new byte[whole])
                : AddressText.ParseNetwork(text, family) ?? throw new RuleSyntaxException($"{option}: \"{text}\" is no {family} address; names of hosts are not looked up");
            addresses.Add(mask is null ? AddressMask.Whole(address) : Masked(address, mask));
        }

        return addresses;
    }

    private static AddressMask Masked(System.Net.IPAddress address, System.Net.IPAddress mask)
    {
        var bytes = address.GetAddressBytes();
        var bits = mask.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= bits[i];
        return new AddressMask(new System.Net.IPAddress(bytes), mask);
    }
}
