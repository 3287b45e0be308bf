using System.Globalization;
using Weir.Netlink.TrafficControl.Actions;

namespace Weir.Host.Tc;

/// <summary>What becomes of a frame after an action: tc's words and the kernel's numbers.</summary>
internal static class TcControls
{
    private const int OperandMask = 0x0fffffff;

    private static readonly (string Word, int Control)[] Words =
    [
        ("continue", ActionControl.Continue), ("pass", ActionControl.Pass), ("reclassify", ActionControl.Reclassify), ("drop", ActionControl.Drop), ("pipe", ActionControl.Pipe),
        ("stolen", ActionControl.Stolen), ("trap", ActionControl.Trap),
    ];

    internal static string Print(int control)
    {
        foreach (var (word, known) in Words)
        {
            if (known == control)
                return word;
        }

        var operand = control & OperandMask;
        if (control == ActionControl.Jump(operand))
            return $"jump {operand}";
        return control == ActionControl.GotoChain((uint)operand) ? $"goto chain {operand}" : $"[{control}]";
    }

    internal static bool TryParse(string text, out int control)
    {
        foreach (var (word, known) in Words)
        {
            if (word == text)
            {
                control = known;
                return true;
            }
        }

        var words = text.Split(' ');
        control = 0;
        if (!int.TryParse(words[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var operand) || operand > OperandMask)
            return false;
        control = words[0] == "jump" ? ActionControl.Jump(operand) : ActionControl.GotoChain((uint)operand);
        return (words.Length == 2 && words[0] == "jump") || text.StartsWith("goto chain ", StringComparison.Ordinal);
    }
}
