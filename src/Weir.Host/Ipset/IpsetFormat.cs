using System.Text.Json;
using Weir.Host.Formats;
using Weir.Linux;
using Weir.Netlink.Ipset;
using Weir.Rules.Ipset;

namespace Weir.Host.Ipset;

/// <summary>Texts of <c>ipset save</c> and <c>ipset restore</c>.</summary>
/// <remarks>As with <c>ipset restore</c>, the sets that are there stay: a text says itself what it destroys and flushes, and <see cref="LoadOptions.NoFlush"/> changes nothing.</remarks>
public sealed class IpsetFormat : IRulesFormat
{
    /// <inheritdoc/>
    public string Name => "ipset";

    /// <inheritdoc/>
    public ILoad Prepare(string text, NetworkNamespace ns, LoadOptions options)
    {
        using var socket = IpsetSocket.Open(ns);
        var context = new IpsetContext
        {
            Kinds = name => socket.Find(name) is { } found ? IpsetModel.KindOf(found) : null,
            Services = ServiceNames.Find,
        };
        var parsed = IpsetText.Parse(text, context);
        if (parsed.Findings.Count > 0)
            throw new RulesTextException(parsed.Findings);
        return new IpsetLoad(ns, WithExist(parsed.Model.Lines));
    }

    /// <summary>In a text, -exist counts from its line on: that is what <c>ipset restore</c> does.</summary>
    private static List<IpsetLine> WithExist(IReadOnlyList<IpsetLine> lines)
    {
        var commands = new List<IpsetLine>();
        var exist = false;
        foreach (var line in lines.Where(line => line.Command is not IpsetVerbatim))
        {
            exist |= line.Command.Exist;
            commands.Add(line with { Command = line.Command with { Exist = exist } });
        }

        return commands;
    }

    /// <inheritdoc/>
    public string Show(NetworkNamespace ns, ShowOptions? options = null) => string.Concat(List(ns).SelectMany(IpsetModel.FromKernel).Select(command => IpsetText.Print(command) + "\n"));

    /// <inheritdoc/>
    public void WriteJson(NetworkNamespace ns, Utf8JsonWriter writer, ShowOptions? options = null)
    {
        writer.WriteStartArray();
        foreach (var set in List(ns))
            IpsetJson.Write(writer, set);
        writer.WriteEndArray();
    }

    private static IReadOnlyList<IpsetContent> List(NetworkNamespace ns)
    {
        using var socket = IpsetSocket.Open(ns);
        return socket.List();
    }
}
