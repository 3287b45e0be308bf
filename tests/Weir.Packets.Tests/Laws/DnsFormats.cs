using Weir.Packets.Dns;
using static Weir.Packets.Tests.Laws.WireValues;

namespace Weir.Packets.Tests.Laws;

/// <summary>DNS messages.</summary>
internal static class DnsFormats
{
    public static readonly IReadOnlyList<WireFormat> All =
    [
        new("dns", ExerciseDns) { Canonical = CanonicalDns, Rewrite = RewriteDns },
    ];

    private static readonly char[] Text = new char[2048];

    private static byte[] CanonicalDns(Random random)
    {
        string name = RandomName(random);
        var writer = new DnsWriter(new byte[1024], Next16(random), Next16(random));
        writer.WriteQuestion(name, (DnsRecordType)random.Next(1, 60));
        if (random.Next(2) == 0)
        {
            writer.WriteCanonicalName(name, RandomName(random), Next32(random));
            writer.WriteAddress(name, IpAddressBits.FromIpv4(Next32(random)), Next32(random));
            writer.WriteAddress(name, new UInt128(0xFD00_0000_0000_0000, (ulong)random.NextInt64()), Next32(random));
        }

        return writer.Finish().ToArray();
    }

    private static PacketError ExerciseDns(ReadOnlySpan<byte> bytes)
    {
        PacketError error = DnsMessage.Parse(bytes, out DnsMessage message);
        if (error != PacketError.None)
        {
            return error;
        }

        foreach (DnsQuestion question in message.Questions)
        {
            Touch((int)question.Type + question.Class);
            TouchName(question.Name);
        }

        foreach (DnsRecord record in message.Records)
        {
            Touch(record.TimeToLive + (int)record.Section + (record.TryGetAddress(out _) ? 1 : 0));
            Touch(record.Data);
            TouchName(record.Name);
            TouchName(record.Target);
        }

        return error;
    }

    private static void TouchName(DnsName name)
    {
        name.TryFormat(Text, out int written);
        Touch(written + name.WireLength + name.WriteTo(Scratch) + (name.Is("db.test") ? 1 : 0));
    }

    private static int RewriteDns(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        DnsMessage.Parse(bytes, out DnsMessage message);
        var writer = new DnsWriter(destination, message.Header.Id, message.Header.Flags);
        foreach (DnsQuestion question in message.Questions)
        {
            writer.WriteQuestion(question);
        }

        foreach (DnsRecord record in message.Records)
        {
            writer.WriteRecord(record);
        }

        return writer.Finish().Length;
    }
}
