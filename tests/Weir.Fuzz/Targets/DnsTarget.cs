using Weir.Packets;
using Weir.Packets.Dns;

namespace Weir.Fuzz.Targets;

/// <summary>DNS messages: what is accepted can be read to its end, and its names are names.</summary>
public static class DnsTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        if (DnsMessage.Parse(input, out DnsMessage message) != PacketError.None)
        {
            return;
        }

        Require.That(message.Length <= input.Length, "the message lies in the input");
        int questions = 0;
        foreach (DnsQuestion question in message.Questions)
        {
            questions++;
            CheckName(question.Name);
        }

        int records = 0;
        foreach (DnsRecord record in message.Records)
        {
            records++;
            CheckName(record.Name);
            CheckName(record.Target);
            record.TryGetAddress(out _);
            Require.That(record.Data.Length <= input.Length, "the data lies in the input");
        }

        DnsHeader header = message.Header;
        Require.That(questions == header.Questions, "all questions are read");
        Require.That(records == header.Answers + header.Authorities + header.Additionals, "all records are read");
    }

    private static void CheckName(DnsName name)
    {
        Span<byte> bytes = stackalloc byte[DnsName.MaxLength];
        Require.That(name.WriteTo(bytes) == name.WireLength, "a name is as long as it says");
        string text = name.ToString();
        Require.That(text.Length > 0, "a name has a text");
        bool isPlain = !text.Contains('\\', StringComparison.Ordinal);
        Require.That(!isPlain || name.IsRoot || name.Is(text), "a name is its own text");
    }
}
