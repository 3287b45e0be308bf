using System.Text.RegularExpressions;
using Weir.Host.Formats;
using Weir.Host.Tc;
using Weir.Linux;
using Weir.Netlink;
using Weir.Testing;
using Xunit;

namespace Weir.Kernel.Tests.Tc;

/// <summary>A namespace with devices of its own, in which Weir and tc do the same. Also used inside the virtual machine.</summary>
internal sealed class TcScene : IDisposable
{
    private static readonly TcFormat Format = new();

    private readonly TestNamespace _made = new();
    private readonly NetworkNamespace _ns;

    /// <param name="devices">Made as ifb: they are there in every kernel, and nothing comes out of them by itself.</param>
    internal TcScene(params string[] devices)
    {
        _ns = NetworkNamespace.OpenNamed(_made.Name);
        // The same numbers in every scene, so that listings can be compared.
        Tool.Try(TimeSpan.FromSeconds(60), "ip", ["-n", _made.Name, "-batch", "-"], string.Concat(devices.Index().Select(device => $"link add {device.Item} index {100 + device.Index} type ifb\n"))).Check();
    }

    internal NetworkNamespace Namespace => _ns;

    internal void Ip(string line) => _made.Ip(line);

    internal void Load(string text) => Prepare(text).Apply();

    internal ILoad Prepare(string text) => Format.Prepare(text, _ns, new LoadOptions());

    internal string Show(bool counters = false) => Format.Show(_ns, new ShowOptions { Counters = counters });

    internal System.Text.Json.JsonElement Json(bool counters = false)
    {
        using var stream = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(stream))
            Format.WriteJson(_ns, writer, new ShowOptions { Counters = counters });
        using var document = System.Text.Json.JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    internal ToolResult Tc(string line) => _made.Try("tc", line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Tells tc the lines of a text, each with the word <c>tc</c> in front, in one process.</summary>
    internal ToolResult Batch(string text, params string[] options)
    {
        var lines = text.Split('\n').Where(line => line.StartsWith("tc ", StringComparison.Ordinal)).Select(line => line[3..] + "\n");
        return Tool.Try(TimeSpan.FromSeconds(60), "ip", ["netns", "exec", _made.Name, Tool.Find("tc")!, .. options, "-batch", "-"], string.Concat(lines));
    }

    /// <summary>What tc prints at the prompts that Weir's listing has. One process prints them all, with a line of its own between them: inside the machine a process takes its time.</summary>
    internal string ShowByTool(bool counters = false)
    {
        var between = "qdisc noqueue 0: root refcnt 2 \n" + (counters ? " Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) \n backlog 0b 0p requeues 0\n" : "");
        string[] prompts = [.. Show().Split('\n').Where(line => line.StartsWith("$ tc ", StringComparison.Ordinal))];
        var printed = Batch(string.Concat(prompts.Select(prompt => $"{prompt[2..]}\ntc qdisc show dev lo\n")), counters ? ["-s"] : []).Check().Output.Split(between);
        Assert.Equal(prompts.Length + 1, printed.Length);
        return string.Concat(prompts.Zip(printed, (prompt, text) => $"{prompt}\n{text}"));
    }

    internal RouteSocket Open() => RouteSocket.Open(_ns);

    /// <summary>The same text by Weir and by tc, printed by both; and what tc printed, installed again.</summary>
    internal static void InstalledTheSameWay(string text, string[] devices, string why = "", bool listing = true)
    {
        using TcScene ours = new(devices), theirs = new(devices), again = new(devices);

        ours.Load(text);
        theirs.Batch(text).Check();

        var shown = theirs.ShowByTool();
        Equal(shown, ours.ShowByTool(), $"installed by Weir, printed by tc {why}");
        Equal(shown, theirs.Show(), $"installed by tc, printed by Weir {why}");
        if (!listing)
            return;
        again.Load(shown);
        Equal(shown, again.ShowByTool(), $"the listing installed again {why}");
    }

    /// <summary>Without the numbers of a preference's table, of actions, and of qdiscs that were given none: the kernel chooses them anew each time.</summary>
    internal static string WithoutNumbers(string text) => Regex.Replace(text, "(?<what>fh |ht (?!divisor)|index |police |(?<=[ ])(?=8[0-9a-f]{3}:))(0x)?[0-9a-f]+", "${what}N", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    internal static void Equal(string expected, string actual, string why)
    {
        if (expected == actual)
            return;
        var (a, b) = (expected.Split('\n'), actual.Split('\n'));
        var at = Enumerable.Range(0, Math.Max(a.Length, b.Length)).First(i => a.ElementAtOrDefault(i) != b.ElementAtOrDefault(i));
        var from = Math.Max(0, at - 4);
        Assert.Fail($"{why}: line {at + 1}\n{string.Join('\n', a.Skip(from).Take(8))}\n--- but\n{string.Join('\n', b.Skip(from).Take(8))}");
    }

    public void Dispose()
    {
        _ns.Dispose();
        _made.Dispose();
    }
}
