using System.Text;
using Weir.Enforcer.Identification;
using Weir.Policy;

namespace Weir.Enforcer.Tests.Identification;

public class ProtocolIdentifierTests
{
    [Fact]
    public void First_payloads_of_common_programs_are_known()
    {
        foreach (var (name, client, server, application, serverName) in FirstPayload.Streams())
        {
            Weir.Enforcer.Identification.Identification found = ProtocolIdentifier.IdentifyStream(client, server, client.Length == 0);
            Assert.True(application == found.Application, $"{name}: {found.Application}");
            Assert.True(found.IsFinal, name);
            Assert.Equal(serverName ?? "", Encoding.ASCII.GetString(found.ServerName));
        }
    }

    [Fact]
    public void A_payload_cut_at_any_length_is_undecided_or_right_but_never_another()
    {
        foreach (var (name, client, server, application, _) in FirstPayload.Streams())
        {
            byte[] whole = client.Length > 0 ? client : server;
            for (int length = 1; length < whole.Length; length++)
            {
                ReadOnlySpan<byte> cut = whole.AsSpan(0, length);
                var found = client.Length > 0 ? ProtocolIdentifier.IdentifyStream(cut, default, false) : ProtocolIdentifier.IdentifyStream(default, cut, true);
                bool isUndecided = found.Application == Application.Unknown && !found.IsFinal;
                Assert.True(isUndecided || found.Application == application, $"{name} at {length}: {found.Application} {found.IsFinal}");
            }
        }
    }

    [Theory]
    [InlineData("EHLO mail.example\r\n")]
    [InlineData("GET is a word")]
    [InlineData("GET /index.html SPDY/3\r\n")]
    [InlineData("*x\r\n")]
    [InlineData("PINGPONG")]
    [InlineData("hello")]
    [InlineData("\u0016\u0002\u0001")]
    public void What_only_looks_like_a_protocol_is_given_up_or_undecided(string text) =>
        Assert.Equal(Application.Unknown, ProtocolIdentifier.IdentifyStream(Encoding.Latin1.GetBytes(text), default, false).Application);

    [Fact]
    public void Bytes_of_no_known_protocol_are_given_up_at_once()
    {
        Assert.True(ProtocolIdentifier.IdentifyStream("EHLO mail.example\r\n"u8, "220 mail ESMTP\r\n"u8, true).IsFinal);
        Assert.True(ProtocolIdentifier.IdentifyStream([0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa], default, false).IsFinal);
    }

    [Fact]
    public void A_server_that_speaks_after_the_client_is_no_mysql() =>
        Assert.Equal(Application.Unknown, ProtocolIdentifier.IdentifyStream([0xff], FirstPayload.MySqlGreeting("8.0.36"), false).Application);

    [Fact]
    public void Dns_datagrams_are_known_both_ways()
    {
        Assert.Equal(Application.Dns, ProtocolIdentifier.IdentifyDatagram(FirstPayload.DnsQuery).Application);
        byte[] answer = [.. FirstPayload.DnsQuery, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 1, 2, 3, 4];
        (answer[2], answer[3], answer[7]) = (0x81, 0x80, 1);
        Assert.Equal(Application.Dns, ProtocolIdentifier.IdentifyDatagram(answer).Application);
        for (int length = 0; length < FirstPayload.DnsQuery.Length; length++)
            Assert.Equal(Application.Unknown, ProtocolIdentifier.IdentifyDatagram(FirstPayload.DnsQuery.AsSpan(0, length)).Application);
    }

    [Fact]
    public void Random_and_mutated_bytes_never_throw()
    {
        var random = new Random(17);
        byte[][] seeds = [.. FirstPayload.Streams().Select(stream => stream.Client.Length > 0 ? stream.Client : stream.Server)];
        for (int i = 0; i < 300_000; i++)
        {
            byte[] bytes = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (int change = random.Next(6); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            ReadOnlySpan<byte> cut = bytes.AsSpan(0, random.Next(bytes.Length + 1));
            ProtocolIdentifier.IdentifyStream(cut, default, false);
            ProtocolIdentifier.IdentifyStream(default, cut, true);
            ProtocolIdentifier.IdentifyDatagram(cut);
        }
    }
}
