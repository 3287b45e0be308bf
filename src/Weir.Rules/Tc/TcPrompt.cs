namespace Weir.Rules.Tc;

/// <summary>What a prompt <c>$ tc filter show dev X parent ffff: pref N</c> says of the lines below it, which then leave it out.</summary>
internal sealed record TcPrompt(string? Device, uint? Parent, string Protocol, uint Preference)
{
    internal static TcPrompt None { get; } = new(null, null, "", 0);

    /// <summary>Null when the line is no prompt of tc.</summary>
    internal static TcPrompt? Parse(string line)
    {
        var text = line.TrimStart();
        if (text.Length == 0 || text[0] is not ('$' or '#' or '>'))
            return null;
        WordReader words = new(text[1..]);
        if (!words.Take("tc"))
            return null;
        var prompt = None;
        while (!words.AtEnd)
        {
            switch (words.Next())
            {
                case "dev":
                    prompt = prompt with { Device = words.Next() };
                    break;
                case "parent" when words.TakeHandle(out var parent):
                    prompt = prompt with { Parent = parent };
                    break;
                case "ingress":
                    prompt = prompt with { Parent = TcHandle.Ingress };
                    break;
                case "egress":
                    prompt = prompt with { Parent = TcHandle.Egress };
                    break;
                case "root":
                    prompt = prompt with { Parent = TcHandle.Root };
                    break;
                case "protocol" or "proto":
                    prompt = prompt with { Protocol = words.Next() };
                    break;
                case "pref" or "prio" or "preference" when words.TakeUInt32(out var preference):
                    prompt = prompt with { Preference = preference };
                    break;
            }
        }

        return prompt;
    }
}
