namespace Weir.Rules.Tc;

/// <summary>What actions are told (man tc-mirred, tc-skbedit, tc-csum; pedit has <see cref="PeditWords"/>).</summary>
internal static class ActionWords
{
    private const int Limit = 32;

    /// <summary>All actions up to the line's end, the first after the word <c>action</c>; the others may do without.</summary>
    internal static IReadOnlyList<TcAction> ParseAll(WordReader words)
    {
        List<TcAction> actions = [];
        while (!words.AtEnd)
        {
            words.Take("action");
            var action = Parse(words);
            if (words.Peek == "index")
                action = action with { Index = TcCommandParser.Number(words, uint.MaxValue) };
            actions.Add(action);
            if (actions.Count > Limit)
                throw new TcWordException($"a filter has at most {Limit} actions");
        }

        return actions;
    }

    /// <summary><paramref name="default"/> when no control follows.</summary>
    internal static string Control(WordReader words, string @default)
    {
        var control = words.Peek switch
        {
            "pass" or "ok" => "pass",
            "drop" or "shot" => "drop",
            "pipe" or "continue" or "reclassify" or "trap" => words.Peek,
            "goto" or "jump" => words.Peek,
            _ => "",
        };
        if (control.Length == 0)
            return @default;
        words.Next();
        if (control == "goto")
            return words.Peek == "chain" ? $"goto chain {TcCommandParser.Number(words, 0x0fffffff)}" : throw TcWordException.At(words, "chain");
        return control == "jump" ? words.TakeUInt32(out var count) ? $"jump {count}" : throw TcWordException.At(words, "a number") : control;
    }

    private static TcAction Parse(WordReader words)
    {
        var kind = words.Peek;
        switch (kind)
        {
            case "mirred":
                words.Next();
                return Mirred(words);
            case "pedit":
                words.Next();
                return PeditWords.Parse(words);
            case "skbedit":
                words.Next();
                return Skbedit(words);
            case "csum":
                words.Next();
                return Csum(words);
            case "police":
                words.Next();
                return PoliceWords.Command(words);
            case "gact":
                words.Next();
                words.Take("action");
                return Gact(words);
            case "pass" or "ok" or "drop" or "shot" or "pipe" or "continue" or "reclassify" or "trap" or "goto" or "jump":
                return Gact(words);
            default:
                throw new TcWordException(kind.Length == 0 ? "the line ends where an action should stand" : $"the action {kind} is not known here: mirred, pedit, police, gact, skbedit and csum are");
        }
    }

    private static TcMirred Mirred(WordReader words)
    {
        bool? isIngress = null, isRedirect = null;
        var device = "";
        while (words.Peek is "ingress" or "egress" or "mirror" or "redirect" or "dev")
        {
            switch (words.Next())
            {
                case "ingress":
                    isIngress = true;
                    break;
                case "egress":
                    isIngress = false;
                    break;
                case "mirror":
                    isRedirect = false;
                    break;
                case "redirect":
                    isRedirect = true;
                    break;
                default:
                    device = words.Next();
                    break;
            }
        }

        if (isIngress is not { } ingress || isRedirect is not { } redirect || device.Length == 0)
            throw new TcWordException("mirred wants ingress or egress, mirror or redirect, and dev NAME");
        // What follows a redirect is another action: its own control is not asked for.
        return new TcMirred(ingress, redirect, device, redirect ? "stolen" : Control(words, "pipe"));
    }

    private static TcGact Gact(WordReader words)
    {
        var control = Control(words, "");
        if (control.Length == 0)
            throw TcWordException.At(words, "pass, drop or another control");
        if (!words.Take("random"))
            return new TcGact(control, "none", "pass", 0);
        var type = words.Next();
        if (type is not ("netrand" or "determ"))
            throw new TcWordException("random wants netrand or determ");
        var other = Control(words, "");
        return other.Length != 0 && words.TakeUInt32(out var value) && value <= 10_000 ? new TcGact(control, type, other, value)
            : throw new TcWordException("random wants a control and a number up to 10000");
    }

    private static TcSkbedit Skbedit(WordReader words)
    {
        TcSkbedit skbedit = new("");
        while (true)
        {
            switch (words.Peek)
            {
                case "queue_mapping":
                    skbedit = skbedit with { QueueMapping = TcCommandParser.Number(words, ushort.MaxValue) };
                    break;
                case "priority":
                    words.Next();
                    skbedit = skbedit with { Priority = words.Peek.Contains(':', StringComparison.Ordinal) ? TcCommandParser.Handle(words) : words.TakeHex(out var minor) ? minor : throw TcWordException.At(words, "a class") };
                    break;
                case "mark":
                    words.Next();
                    var parts = words.Next().Split('/');
                    if (!WordReader.TryNumber(parts[0], out var mark) || (parts.Length > 1 && !WordReader.TryNumber(parts[1], out _)))
                        throw new TcWordException($"\"{string.Join('/', parts)}\" is no mark");
                    uint? mask = parts.Length > 1 && WordReader.TryNumber(parts[1], out var number) ? (uint)number : null;
                    skbedit = skbedit with { Mark = (uint)mark, MarkMask = mask };
                    break;
                case "ptype":
                    words.Next();
                    skbedit = words.Peek is "host" or "broadcast" or "multicast" or "otherhost" ? skbedit with { PacketType = words.Next() } : throw TcWordException.At(words, "a packet type");
                    break;
                case "inheritdsfield":
                    words.Next();
                    skbedit = skbedit with { InheritDsField = true };
                    break;
                default:
                    return skbedit with { Control = Control(words, "pipe") };
            }
        }
    }

    private static TcCsum Csum(WordReader words)
    {
        string[] order = ["iph", "icmp", "igmp", "tcp", "udp", "udplite", "sctp"];
        List<string> kinds = [];
        while (true)
        {
            var kind = words.Peek switch { "iph" or "ip4h" or "ipv4h" or "ip" => "iph", var other => other };
            if (kind is not ("and" or "or" or "+"))
            {
                if (!order.Contains(kind))
                    break;
                kinds.Add(kind);
            }

            words.Next();
        }

        return kinds.Count == 0 ? throw TcWordException.At(words, "a checksum, as ip4h or tcp,") : new TcCsum([.. order.Where(kinds.Contains)], Control(words, "pass"));
    }
}
