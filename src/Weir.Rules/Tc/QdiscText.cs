using System.Text;

namespace Weir.Rules.Tc;

/// <summary>A line of <c>tc qdisc show</c> (iproute2 6.1, tc/tc_qdisc.c print_qdisc).</summary>
internal static class QdiscText
{
    internal static string Print(TcQdisc qdisc)
    {
        StringBuilder text = new($"qdisc {qdisc.Kind} {qdisc.Handle >> 16:x}: ");
        if (!qdisc.DeviceUnsaid)
            text.Append($"dev {qdisc.Device} ");
        text.Append(qdisc.Parent == TcHandle.Root ? "root " : $"parent {TcHandle.Print(qdisc.Parent)} ");
        if (qdisc.References is { } references)
            text.Append($"refcnt {references} ");
        return text.Append(DisciplineText.Print(qdisc)).ToString();
    }

    internal static string PrintCounted(TcQdisc qdisc) =>
        qdisc.Statistics is { } statistics ? $"{Print(qdisc)}\n{StatisticsText.Print(statistics, " ")}{StatisticsText.PrintOwn(statistics)}" : Print(qdisc);

    /// <summary>Null when the line is not one.</summary>
    internal static TcQdisc? Parse(string line, string? promptDevice)
    {
        WordReader words = new(line);
        if (!words.Take("qdisc"))
            return null;
        TcQdisc qdisc = new(words.Next()) { Device = promptDevice, DeviceUnsaid = true };
        if (!words.TakeHandle(out var handle))
            return null;
        qdisc = qdisc with { Handle = handle };
        if (words.Take("dev"))
            qdisc = qdisc with { Device = words.Next(), DeviceUnsaid = false };
        if (words.Take("root"))
            qdisc = qdisc with { Parent = TcHandle.Root };
        else if (words.Take("parent") && words.TakeHandle(out var parent))
            qdisc = qdisc with { Parent = parent };
        else
            return null;
        if (words.Take("refcnt", out var references))
            qdisc = qdisc with { References = references };
        // What comes after the place, blank for blank: that is what an unknown kind keeps.
        var head = Print(qdisc with { Discipline = null, UnknownOptions = "", Name = qdisc.Name == "ingress" ? "clsact" : qdisc.Name }).Length + (qdisc.Name == "ingress" ? 1 : 0);
        var rest = head <= line.Length ? line[head..] : "";
        return DisciplineText.Parse(qdisc.Kind, words) is { } discipline ? qdisc with { Discipline = discipline }
            : qdisc with { UnknownOptions = qdisc.Name is "ingress" or "clsact" ? "" : rest };
    }
}
