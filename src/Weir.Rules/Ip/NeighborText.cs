using System.Text;
using System.Text.Json;
using Weir.Rules.Ip.Json;

namespace Weir.Rules.Ip;

/// <summary>A neighbour's line, in the order of iproute2's <c>ip/ipneigh.c</c> print_neigh.</summary>
public static class NeighborText
{
    private static readonly (byte Bit, string Word)[] FlagWords = [(0x80, "router"), (0x08, "proxy"), (0x10, "extern_learn"), (0x20, "offload")];

    private static readonly (ushort Bit, string Word)[] StateWords =
        [(0x01, "INCOMPLETE"), (0x02, "REACHABLE"), (0x04, "STALE"), (0x08, "DELAY"), (0x10, "PROBE"), (0x20, "FAILED"), (0x40, "NOARP"), (0x80, "PERMANENT")];

    /// <summary>The line of <c>ip neighbour</c>, without its end; it ends with a space.</summary>
    public static string Print(NeighborEntry neighbor, IpNameTables names)
    {
        var line = new StringBuilder($"{IpAddressText.Of(neighbor.Address)} dev {neighbor.Device} ");
        if (neighbor.LinkLayerAddress.Length != 0)
            line.Append($"lladdr {LinkText.Octets(neighbor.LinkLayerAddress)} ");
        foreach (var (bit, word) in FlagWords)
            line.Append((neighbor.Flags & bit) != 0 ? $"{word} " : "");
        foreach (var (bit, word) in StateWords)
            line.Append((neighbor.State & bit) != 0 ? $"{word} " : "");
        if (neighbor.Protocol != 0)
            line.Append($"proto {names.Protocols.Of(neighbor.Protocol)} ");
        return line.ToString();
    }

    /// <summary>One object of <c>ip -j neighbour</c>.</summary>
    public static void WriteJson(NeighborEntry neighbor, Utf8JsonWriter writer, IpNameTables names)
    {
        writer.WriteStartObject();
        writer.WriteString("dst", IpAddressText.Of(neighbor.Address));
        writer.WriteString("dev", neighbor.Device);
        if (neighbor.LinkLayerAddress.Length != 0)
            writer.WriteString("lladdr", LinkText.Octets(neighbor.LinkLayerAddress));
        foreach (var (bit, word) in FlagWords)
        {
            if ((neighbor.Flags & bit) != 0)
                writer.WriteNull(word);
        }

        if (neighbor.State != 0)
        {
            writer.WriteStartArray("state");
            foreach (var (bit, word) in StateWords)
            {
                if ((neighbor.State & bit) != 0)
                    writer.WriteStringValue(word);
            }

            writer.WriteEndArray();
        }

        if (neighbor.Protocol != 0)
            writer.WriteString("protocol", names.Protocols.Of(neighbor.Protocol));
        writer.WriteEndObject();
    }

    /// <summary>The flags of a JSON object, each a member that is null.</summary>
    internal static byte TakeFlags(Members members)
    {
        byte flags = 0;
        foreach (var (bit, word) in FlagWords)
            flags |= members.Flag(word) ? bit : (byte)0;
        return flags;
    }

    /// <summary>One line of a listing.</summary>
    internal static NeighborEntry Parse(string line, IpNameTables names) => ParseWords(new Words(line), new NeighborEntry(), names);

    /// <summary>The words after <c>ip neighbour add</c>: permanent when no state is said.</summary>
    internal static NeighborEntry ParseCommand(Words words, IpVerb verb, IpNameTables names)
    {
        var proxy = words.Take("proxy");
        var neighbor = ParseWords(words, new NeighborEntry { Verb = verb, Flags = proxy ? (byte)8 : (byte)0 }, names);
        if (neighbor.Device.Length == 0)
            throw new LineException("A neighbour needs a link: dev NAME.");
        return neighbor.State == 0 && !proxy ? neighbor with { State = 0x80 } : neighbor;
    }

    private static NeighborEntry ParseWords(Words words, NeighborEntry neighbor, IpNameTables names)
    {
        neighbor = neighbor with { Address = Value.Address(words, "neighbour") };
        while (words.Next(out var word))
        {
            neighbor = word switch
            {
                "dev" => neighbor with { Device = Value.Word(words, word) },
                "lladdr" => neighbor with { LinkLayerAddress = Value.Octets(words, word) },
                "proto" or "protocol" => neighbor with { Protocol = (byte)Value.Named(words, word, names.Protocols, byte.MaxValue) },
                "nud" => neighbor with { State = (ushort)(neighbor.State | StateOf(Value.Word(words, word).ToUpperInvariant())) },
                _ when Array.Find(FlagWords, flag => flag.Word == word).Bit is not 0 and var bit => neighbor with { Flags = (byte)(neighbor.Flags | bit) },
                _ => neighbor with { State = (ushort)(neighbor.State | StateOf(word)) },
            };
        }

        return neighbor;
    }

    internal static ushort StateOf(string word) =>
        Array.Find(StateWords, state => state.Word == word).Bit is not 0 and var bit ? bit : throw new LineException($"ip neighbour has no word '{word}' that is known here.");
}
