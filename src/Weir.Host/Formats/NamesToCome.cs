using Weir.Rules.Ip;
using Weir.Rules.Ipset;
using Weir.Rules.Text;

namespace Weir.Host.Formats;

/// <summary>What the parts of a file make that others of its parts may name.</summary>
/// <param name="Sets">ipset's sets.</param>
/// <param name="Links">Links that stay in the namespace.</param>
public sealed record NamesToCome(IReadOnlyCollection<string> Sets, IReadOnlyCollection<string> Links)
{
    public static NamesToCome None { get; } = new([], []);

    /// <summary>Of all parts of a file.</summary>
    public static NamesToCome Of(IReadOnlyList<TextSection> sections)
    {
        // With one part there is nobody to name them.
        if (sections.Count < 2)
            return None;
        return new NamesToCome(
            [.. sections.Where(section => section.Format == TextFormat.Ipset).SelectMany(section => IpsetText.Parse(section.Text, new IpsetContext()).Model.Lines).Select(line => line.Command).OfType<IpsetCreate>().Select(create => create.Name)],
            [.. sections.Where(section => section.Format == TextFormat.Ip).SelectMany(section => IpTextParser.Parse(section.Text).Model.Lines).SelectMany(line => Made(line.Entry))]);
    }

    private static IEnumerable<string> Made(IpEntry? entry)
    {
        if (entry is not LinkCommand command)
            yield break;
        if (command is { Verb: IpVerb.Add, Namespace: "", Name: not "" })
            yield return command.Name;
        if (command.Peer is { Namespace: "", Name: not "" } peer)
            yield return peer.Name;
        if (command.NewName.Length != 0)
            yield return command.NewName;
    }
}
