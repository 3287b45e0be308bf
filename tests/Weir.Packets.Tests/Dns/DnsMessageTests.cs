using Weir.Packets.Dns;

namespace Weir.Packets.Tests.Dns;

public class DnsMessageTests
{
    // www.example.com A: a CNAME to web.example.com, then its address; names compressed.
    private const string CapturedResponse =
        "1a 2b 81 80 00 01 00 02 00 00 00 01" +
        "03 77 77 77 07 65 78 61 6d 70 6c 65 03 63 6f 6d 00 00 01 00 01" +
        "c0 0c 00 05 00 01 00 00 01 2c 00 06 03 77 65 62 c0 10" +
        "c0 2d 00 01 00 01 00 00 00 3c 00 04 c0 00 02 07" +
        "00 00 29 04 d0 00 00 00 00 00 00";

    [Fact]
    public void A_captured_response_is_read_field_by_field()
    {
        Assert.Equal(PacketError.None, DnsMessage.Parse(Hex.Bytes(CapturedResponse), out DnsMessage message));
        Assert.Equal(new DnsHeader(0x1a2b, 0x8180, 1, 2, 0, 1), message.Header);
        Assert.True(message.Header.IsResponse);
        Assert.Equal(0, message.Header.ResponseCode);

        DnsMessage.QuestionList.Enumerator questions = message.Questions.GetEnumerator();
        Assert.True(questions.MoveNext());
        Assert.Equal("www.example.com", questions.Current.Name.ToString());
        Assert.Equal(DnsRecordType.A, questions.Current.Type);
        Assert.Equal(1, questions.Current.Class);
        Assert.False(questions.MoveNext());

        DnsMessage.RecordList.Enumerator records = message.Records.GetEnumerator();
        Assert.True(records.MoveNext());
        Assert.Equal(DnsRecordType.CNAME, records.Current.Type);
        Assert.Equal("www.example.com", records.Current.Name.ToString());
        Assert.Equal("web.example.com", records.Current.Target.ToString());
        Assert.Equal(300u, records.Current.TimeToLive);
        Assert.False(records.Current.TryGetAddress(out _));

        Assert.True(records.MoveNext());
        Assert.Equal("web.example.com", records.Current.Name.ToString());
        Assert.True(records.Current.TryGetAddress(out UInt128 address));
        Assert.Equal("192.0.2.7", IpAddressBits.ToText(address));
        Assert.Equal(DnsSection.Answer, records.Current.Section);

        Assert.True(records.MoveNext());
        Assert.Equal(DnsRecordType.OPT, records.Current.Type);
        Assert.Equal(DnsSection.Additional, records.Current.Section);
        Assert.True(records.Current.Name.IsRoot);
        Assert.Equal(".", records.Current.Name.ToString());
        Assert.False(records.MoveNext());
    }

    [Fact]
    public void Every_truncation_is_an_error()
    {
        byte[] bytes = Hex.Bytes(CapturedResponse);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.NotEqual(PacketError.None, DnsMessage.Parse(bytes.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void What_the_writer_writes_is_read_back()
    {
        var writer = new DnsWriter(new byte[512], 7, 0x8400);
        writer.WriteQuestion("db.weir.test", DnsRecordType.AAAA);
        writer.WriteCanonicalName("db.weir.test", "db1.weir.test.", 5);
        writer.WriteAddress("db1.weir.test", IpAddressBits.Parse("fd00::9"), 60);
        writer.WriteAddress("db1.weir.test", IpAddressBits.Parse("10.1.2.3"), 60);
        byte[] bytes = writer.Finish().ToArray();

        Assert.Equal(PacketError.None, DnsMessage.Parse(bytes, out DnsMessage message));
        Assert.Equal(bytes.Length, message.Length);
        List<string> answers = [];
        foreach (DnsRecord record in message.Answers)
        {
            answers.Add(record.TryGetAddress(out UInt128 address) ? IpAddressBits.ToText(address) : record.Target.ToString());
        }

        Assert.Equal(["db1.weir.test", "fd00::9", "10.1.2.3"], answers);
    }

    [Theory]
    [InlineData("c0 0c", PacketError.DnsPointerNotBackward)]
    [InlineData("c0 0e", PacketError.DnsPointerNotBackward)]
    [InlineData("01 61 c0 0c", PacketError.DnsPointerNotBackward)]
    [InlineData("c0 04", PacketError.DnsPointerNotBackward)]
    [InlineData("c0", PacketError.DnsNameTooShort)]
    [InlineData("05 61", PacketError.DnsNameTooShort)]
    [InlineData("41 61", PacketError.DnsLabelTypeUnknown)]
    [InlineData("80", PacketError.DnsLabelTypeUnknown)]
    [InlineData("01 61 00 00 01", PacketError.DnsQuestionTooShort)]
    public void A_wrong_name_has_its_own_error(string name, PacketError error) =>
        Assert.Equal(error, DnsMessage.Parse(Hex.Bytes("00 01 00 00 00 01 00 00 00 00 00 00" + name), out _));

    [Fact]
    public void Two_pointers_at_each_other_are_refused()
    {
        // The answer's name points at the question's name, which is "a" and then a pointer forward at the answer.
        byte[] bytes = Hex.Bytes("00 01 80 00 00 01 00 01 00 00 00 00  01 61 c0 12 00 01 00 01  c0 0c 00 01 00 01 00 00 00 00 00 00");

        Assert.Equal(PacketError.DnsPointerNotBackward, DnsMessage.Parse(bytes, out _));
    }

    [Fact]
    public void A_name_is_at_most_255_bytes_long()
    {
        string label = new('a', 63);
        Assert.Equal(PacketError.None, Question($"{label}.{label}.{label}.{label[..61]}"));
        Assert.Equal(PacketError.DnsNameTooLong, Question($"{label}.{label}.{label}.{label[..62]}"));
    }

    [Fact]
    public void A_chain_of_pointers_is_bounded()
    {
        // Questions whose names are one pointer each, at the one before.
        static byte[] Chain(int count)
        {
            List<byte> bytes = [0, 1, 0, 0, 0, (byte)(count + 1), 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 1, 0, 1];
            int target = 12;
            for (int i = 0; i < count; i++)
            {
                int here = bytes.Count;
                bytes.AddRange([0xC0, (byte)target, 0, 1, 0, 1]);
                target = here;
            }

            return [.. bytes];
        }

        Assert.Equal(PacketError.None, DnsMessage.Parse(Chain(DnsName.MaxPointers), out _));
        Assert.Equal(PacketError.DnsPointersTooMany, DnsMessage.Parse(Chain(DnsName.MaxPointers + 1), out _));
    }

    [Theory]
    [InlineData("00 01 00 01 00 00 00 00 00 05 01 02 03 04 05", PacketError.DnsRecordLengthWrong)]
    [InlineData("00 1c 00 01 00 00 00 00 00 04 01 02 03 04", PacketError.DnsRecordLengthWrong)]
    [InlineData("00 05 00 01 00 00 00 00 00 02 00 00", PacketError.DnsRecordLengthWrong)]
    [InlineData("00 05 00 01 00 00 00 00 00 00", PacketError.DnsNameTooShort)]
    [InlineData("00 01 00 01 00 00 00 00 00 04 01 02 03", PacketError.DnsRecordBeyondMessage)]
    [InlineData("00 01 00 01 00 00 00 00 00", PacketError.DnsRecordTooShort)]
    [InlineData("00 01 00 ff 00 00 00 00 00 00", PacketError.None)]
    public void A_records_data_fits_its_type(string record, PacketError error) =>
        Assert.Equal(error, DnsMessage.Parse(Hex.Bytes("00 01 80 00 00 00 00 01 00 00 00 00 00" + record), out _));

    [Theory]
    [InlineData("WWW.example.COM", true)]
    [InlineData("www.example.com.", true)]
    [InlineData("www.example.co", false)]
    [InlineData("www.example", false)]
    [InlineData("www.example.com.de", false)]
    [InlineData("", false)]
    public void Names_are_compared_without_case(string text, bool same)
    {
        DnsMessage.Parse(Hex.Bytes(CapturedResponse), out DnsMessage message);
        foreach (DnsQuestion question in message.Questions)
        {
            Assert.Equal(same, question.Name.Is(text));
        }
    }

    [Fact]
    public void Strange_bytes_in_a_label_are_escaped()
    {
        byte[] bytes = Hex.Bytes("00 01 00 00 00 01 00 00 00 00 00 00  05 61 2e 5c 00 ff 01 62 00 00 01 00 01");
        DnsMessage.Parse(bytes, out DnsMessage message);
        foreach (DnsQuestion question in message.Questions)
        {
            Assert.Equal(@"a\.\\\000\255.b", question.Name.ToString());
            Assert.False(question.Name.TryFormat(new char[5], out _));
        }
    }

    [Fact]
    public void A_message_is_cut_out_of_a_stream()
    {
        Assert.False(DnsMessage.TryCut([0], out _));
        Assert.False(DnsMessage.TryCut([0, 3, 1, 2], out _));
        Assert.True(DnsMessage.TryCut([0, 3, 1, 2, 3, 4], out ReadOnlySpan<byte> message));
        Assert.Equal([1, 2, 3], message.ToArray());
    }

    private static PacketError Question(string name)
    {
        var writer = new DnsWriter(new byte[512], 1, 0);
        writer.WriteQuestion(name, DnsRecordType.A);
        return DnsMessage.Parse(writer.Finish(), out _);
    }
}
