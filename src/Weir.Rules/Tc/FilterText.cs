using System.Text;

namespace Weir.Rules.Tc;

/// <summary>The lines that <c>tc filter show</c> prints of one filter (iproute2 6.1, tc/tc_filter.c print_filter).</summary>
internal static class FilterText
{
    private static readonly string[] OffloadWords = ["skip_hw", "skip_sw", "in_hw", "not_in_hw"];

    internal static string Print(TcFilter filter) => Print(filter, isCounted: false);

    internal static string PrintCounted(TcFilter filter) => Print(filter, isCounted: true);

    private static string Print(TcFilter filter, bool isCounted)
    {
        StringBuilder text = new("filter ");
        if (filter.Printed.HasFlag(TcFilterPlaces.Device))
            text.Append($"dev {filter.Device} ");
        if (filter.Printed.HasFlag(TcFilterPlaces.Parent))
            text.Append(filter.Parent switch { TcHandle.Root => "root ", TcHandle.Ingress => "ingress ", TcHandle.Egress => "egress ", var parent => $"parent {TcHandle.Print(parent ?? 0)} " });
        if (filter.Printed.HasFlag(TcFilterPlaces.Protocol))
            text.Append($"protocol {filter.Protocol} ");
        if (filter.Printed.HasFlag(TcFilterPlaces.Preference))
            text.Append($"pref {filter.Preference} ");
        text.Append($"{filter.Kind} ");
        if (filter.Chain is { } chain)
            text.Append($"chain {chain} ");
        PrintClassifier(text, filter, isCounted);
        if (filter is { Classifier: TcFw, Actions.Count: > 0 })
            text.Append('\n');
        for (var i = 0; i < filter.Actions.Count; i++)
            text.Append($"\n\taction order {i + 1}: ").Append(isCounted ? ActionText.PrintCounted(filter.Actions[i]) : ActionText.Print(filter.Actions[i])).Append('\n');
        return text.ToString();
    }

    /// <summary>Null when the lines are none, or hold something unknown, which <paramref name="unknown"/> then has.</summary>
    internal static TcFilter? Parse(IReadOnlyList<string> lines, TcPrompt prompt, out string unknown)
    {
        unknown = lines[0];
        WordReader words = new(lines[0]);
        if (!words.Take("filter"))
            return null;
        var (device, parent, protocol, preference) = (prompt.Device, prompt.Parent, prompt.Protocol, prompt.Preference);
        var printed = TcFilterPlaces.None;
        while (true)
        {
            if (words.Take("dev"))
                (device, printed) = (words.Next(), printed | TcFilterPlaces.Device);
            else if (words.Take("parent") && words.TakeHandle(out var handle))
                (parent, printed) = (handle, printed | TcFilterPlaces.Parent);
            else if (words.Peek is "root" or "ingress" or "egress")
                (parent, printed) = (words.Next() switch { "root" => TcHandle.Root, "ingress" => TcHandle.Ingress, _ => TcHandle.Egress }, printed | TcFilterPlaces.Parent);
            else if (words.Take("protocol"))
                (protocol, printed) = (words.Next(), printed | TcFilterPlaces.Protocol);
            else if (words.Take("pref", out var pref))
                (preference, printed) = (pref, printed | TcFilterPlaces.Preference);
            else
                break;
        }

        var kind = words.Next();
        uint? chain = words.Take("chain", out var number) ? number : null;
        TcFilter filter = new(new TcUnknownClassifier(kind, "")) { Device = device, Parent = parent, Protocol = protocol, Preference = preference, Printed = printed, Chain = chain };
        var firstAction = lines.Index().FirstOrDefault(line => line.Item.StartsWith("\taction order ", StringComparison.Ordinal), (Index: lines.Count, Item: "")).Index;
        var head = Print(filter).Length;
        filter = kind switch
        {
            "u32" => U32Text.Parse(filter, words, lines, firstAction, ref unknown),
            "flower" => FlowerText.Parse(filter, words, lines, firstAction, ref unknown),
            "matchall" => ParseMatchall(filter, words, lines, firstAction, ref unknown),
            "bpf" => ParseBpf(filter, words, ref unknown),
            "fw" when filter.Actions.Count == 0 && ParseFw(filter, new WordReader(lines[0][Math.Min(head, lines[0].Length)..])) is { } fw => fw,
            "basic" when lines.Take(firstAction).Skip(1).All(string.IsNullOrWhiteSpace) && ParseBasic(filter, new WordReader(lines[0][Math.Min(head, lines[0].Length)..])) is { } basic => basic,
            _ => filter with
            {
                Classifier = new TcUnknownClassifier(kind, string.Join('\n', [head <= lines[0].Length ? lines[0][head..] : "", .. lines.Take(firstAction).Skip(1)])),
            },
        };
        if (unknown.Length != 0 && kind is "u32" or "flower" or "matchall" or "bpf")
            return null;
        unknown = "";
        return filter with { Actions = ActionText.ParseAll(lines.Skip(firstAction)) };
    }

    /// <summary><c>skip_hw</c> and the like, each after <paramref name="before"/>.</summary>
    internal static void PrintOffload(StringBuilder text, TcClassifier classifier, string before, string after)
    {
        foreach (var word in classifier.Offload)
            text.Append(before).Append(word).Append(after);
    }

    internal static bool IsOffload(string word) => OffloadWords.Contains(word);

    private static void PrintClassifier(StringBuilder text, TcFilter filter, bool isCounted)
    {
        switch (filter.Classifier)
        {
            case TcU32 u32:
                U32Text.Print(text, filter.Handle, u32, isCounted ? u32.Hits : null);
                break;
            case TcFlower flower when filter.Handle != 0:
                FlowerText.Print(text, filter.Handle, flower);
                break;
            case TcMatchall matchall when filter.Handle != 0:
                text.Append($"handle 0x{filter.Handle:x} ");
                if (matchall.ClassId != 0)
                    text.Append($"flowid {TcHandle.Print(matchall.ClassId)} ");
                PrintOffload(text, matchall, "\n  ", "");
                if (isCounted && matchall.Hits is { } hits)
                    text.Append($" (rule hit {hits})");
                break;
            case TcFw fw when filter.Handle != 0:
                text.Append($"handle 0x{filter.Handle:x}{(fw.Mask == uint.MaxValue ? "" : $"/0x{fw.Mask:x}")} ");
                if (fw.ClassId != 0)
                    text.Append($"classid {TcHandle.Print(fw.ClassId)} ");
                if (fw.InputDevice.Length != 0)
                    text.Append($"input dev {fw.InputDevice} ");
                break;
            case TcBasic basic when filter.Handle != 0:
                text.Append($"handle 0x{filter.Handle:x} ");
                if (basic.ClassId != 0)
                    text.Append($"flowid {TcHandle.Print(basic.ClassId)} ");
                break;
            case TcBpf bpf when filter.Handle != 0:
                PrintBpf(text, filter.Handle, bpf);
                break;
            case TcUnknownClassifier unknown:
                text.Append(unknown.Options);
                break;
        }
    }

    private static TcFilter ParseMatchall(TcFilter filter, WordReader words, IReadOnlyList<string> lines, int end, ref string unknown)
    {
        TcMatchall matchall = new();
        if (words.Take("handle") && words.TakeHex(out var handle))
            filter = filter with { Handle = handle };
        if (words.Take("flowid") && words.TakeHandle(out var classId))
            matchall = matchall with { ClassId = classId };
        // tc -s
        unknown = words.Peek.StartsWith("(rule", StringComparison.Ordinal) ? "" : words.Rest();
        foreach (var line in lines.Take(end).Skip(1))
        {
            var word = new WordReader(line).Next();
            if (IsOffload(word))
                matchall = matchall with { Offload = [.. matchall.Offload, word] };
            else if (word.Length != 0)
                unknown = line;
        }

        return filter with { Classifier = matchall };
    }

    /// <summary>Null when there is more than is known here (the old way of police).</summary>
    private static TcFilter? ParseFw(TcFilter filter, WordReader words)
    {
        TcFw fw = new();
        if (words.Take("handle"))
        {
            var parts = words.Next().Split('/');
            if (!WordReader.TryNumber(parts[0], out var handle) || !WordReader.TryNumber(parts.Length > 1 ? parts[1] : "0xffffffff", out var mask))
                return null;
            filter = filter with { Handle = unchecked((uint)handle) };
            fw = fw with { Mask = unchecked((uint)mask) };
        }

        if (words.Take("classid") && words.TakeHandle(out var classId))
            fw = fw with { ClassId = classId };
        if (words.Take("input") && words.Take("dev"))
            fw = fw with { InputDevice = words.Next() };
        return words.AtEnd ? filter with { Classifier = fw } : null;
    }

    private static TcFilter? ParseBasic(TcFilter filter, WordReader words)
    {
        TcBasic basic = new();
        if (words.Take("handle") && words.TakeHex(out var handle))
            filter = filter with { Handle = handle };
        if (words.Take("flowid") && words.TakeHandle(out var classId))
            basic = basic with { ClassId = classId };
        return words.AtEnd ? filter with { Classifier = basic } : null;
    }

    private static void PrintBpf(StringBuilder text, uint handle, TcBpf bpf)
    {
        text.Append($"handle 0x{handle:x} ");
        if (bpf.ClassId != 0)
            text.Append($"flowid {TcHandle.Print(bpf.ClassId)} ");
        if (bpf.Name.Length != 0)
            text.Append($"{bpf.Name} ");
        if (bpf.DirectAction)
            text.Append("direct-action ");
        PrintOffload(text, bpf, "", " ");
        if (bpf.ProgramId != 0)
            text.Append($"id {bpf.ProgramId} ");
        if (bpf.ProgramName.Length != 0)
            text.Append($"name {bpf.ProgramName} ");
        if (bpf.Tag.Length != 0)
            text.Append($"tag {bpf.Tag} ");
        if (bpf.Jited)
            text.Append("jited ");
    }

    private static TcFilter ParseBpf(TcFilter filter, WordReader words, ref string unknown)
    {
        TcBpf bpf = new("");
        if (words.Take("handle") && words.TakeHex(out var handle))
        {
            filter = filter with { Handle = handle };
            if (words.Take("flowid") && words.TakeHandle(out var classId))
                bpf = bpf with { ClassId = classId };
            if (words.Peek is not ("direct-action" or "id") && !IsOffload(words.Peek))
                bpf = bpf with { Name = words.Next() };
            bpf = bpf with { DirectAction = words.Take("direct-action") };
            while (IsOffload(words.Peek))
                bpf = bpf with { Offload = [.. bpf.Offload, words.Next()] };
            if (words.Take("id", out var id))
                bpf = bpf with { ProgramId = id };
            if (words.Take("name"))
                bpf = bpf with { ProgramName = words.Next() };
            if (words.Take("tag"))
                bpf = bpf with { Tag = words.Next() };
            bpf = bpf with { Jited = words.Take("jited") };
        }

        unknown = words.Rest();
        return filter with { Classifier = bpf };
    }
}
