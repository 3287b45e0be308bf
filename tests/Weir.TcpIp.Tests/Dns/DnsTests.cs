using Weir.Packets;
using Weir.Packets.Dns;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Dns;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;
using Weir.TcpIp.Tests.Ip;
using Weir.TcpIp.Udp;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Dns;

public class DnsTests
{
    private const string Name = "www.example.test";

    /// <summary>QR, RD, RA.</summary>
    private const ushort Answered = 0x8180;

    private readonly Host _host = new();
    private readonly List<DnsLookup> _completed = [];

    private static DnsOptions Options => new() { Servers = [Host.Address("10.0.0.1"), Host.Address("10.0.0.9")] };

    private DnsLookup Resolve(string name = Name, bool both = false, DnsOptions? options = null)
    {
        if (_host.Stack.Interfaces.Count == 0)
            _host.Add(DeviceMedium.Ip, 1500, new InterfaceOptions(), both ? ["10.0.0.2/24", "fd00::2/64"] : ["10.0.0.2/24"]);
        return _host.Stack.Dns.Resolve(name, options ?? Options, _completed.Add, _host.Now);
    }

    /// <summary>The questions that have come out, with whom they asked.</summary>
    private List<Question> Questions() => [.. _host.Sent().Select(frame => Question.Read(frame))];

    private sealed record Question(string Server, ushort Port, ushort Id, string Name, DnsRecordType Type)
    {
        public static Question Read(byte[] frame)
        {
            FrameLayers layers = Host.Read(frame);
            Assert.Equal(53, layers.DestinationPort);
            Assert.Equal(PacketError.None, DnsMessage.Parse(frame.AsSpan(layers.PayloadOffset, layers.PayloadLength), out DnsMessage message));
            Assert.Equal(0x0100, message.Header.Flags); // RD.
            DnsMessage.QuestionList.Enumerator questions = message.Questions.GetEnumerator();
            Assert.True(questions.MoveNext());
            return new Question(IpAddressBits.ToText(layers.Destination), layers.SourcePort, message.Header.Id, questions.Current.Name.ToString(), questions.Current.Type);
        }
    }

    private delegate void Fill(ref DnsWriter writer);

    private static byte[] Message(Question question, Fill fill, ushort flags = Answered)
    {
        var writer = new DnsWriter(new byte[4096], question.Id, flags);
        writer.WriteQuestion(question.Name, question.Type);
        fill(ref writer);
        return writer.Finish().ToArray();
    }

    private void Answer(Question question, Fill fill, ushort flags = Answered, string? from = null) => Answer(question, Message(question, fill, flags), from);

    private void Answer(Question question, byte[] message, string? from = null) =>
        _host.Inject(PacketBuilder.Udp($"{from ?? question.Server}:53", $"10.0.0.2:{question.Port}", message));

    private static Fill Address(string address, string name = Name) => (ref DnsWriter writer) => writer.WriteAddress(name, Host.Address(address), 60);

    private static void Nothing(ref DnsWriter writer)
    {
    }

    private void ExpectCompleted(DnsLookup lookup, DnsError error, params string[] addresses)
    {
        Assert.Same(lookup, Assert.Single(_completed));
        Assert.True(lookup.IsCompleted);
        Assert.Equal(error, lookup.Error);
        Assert.Equal(addresses, lookup.Addresses.Select(IpAddressBits.ToText));

        // Nothing is left of it.
        Assert.Equal((0, 0), (_host.Stack.Udp.Count, _host.Stack.Dns.Waiting));
        Assert.Equal(TimeSpan.MaxValue, _host.Stack.Dns.NextDeadline);
    }

    [Fact]
    public void Both_families_are_asked_for_and_ipv6_is_the_first()
    {
        DnsLookup lookup = Resolve(both: true);
        List<Question> questions = Questions();
        Assert.Equal([DnsRecordType.AAAA, DnsRecordType.A], questions.Select(question => question.Type));
        Assert.All(questions, question => Assert.Equal(("10.0.0.1", Name), (question.Server, question.Name)));
        Assert.NotEqual(questions[0].Port, questions[1].Port);
        Assert.NotEqual(questions[0].Id, questions[1].Id);

        Answer(questions[1], (ref DnsWriter writer) =>
        {
            writer.WriteAddress(Name.ToUpperInvariant(), Host.Address("192.0.2.1"), 60);
            writer.WriteAddress("other.test", Host.Address("192.0.2.9"), 60);
            writer.WriteAddress(Name, Host.Address("192.0.2.2"), 60);
        });
        Assert.False(lookup.IsCompleted);
        Answer(questions[0], Address("2001:db8::1"));
        ExpectCompleted(lookup, DnsError.None, "2001:db8::1", "192.0.2.1", "192.0.2.2");
    }

    [Fact]
    public void A_family_that_the_stack_has_no_address_of_is_not_asked_for()
    {
        Resolve();
        Assert.Equal(DnsRecordType.A, Assert.Single(Questions()).Type);
    }

    [Fact]
    public void Aliases_are_followed()
    {
        DnsLookup lookup = Resolve();
        Answer(Assert.Single(Questions()), (ref DnsWriter writer) =>
        {
            writer.WriteCanonicalName("b.test", "C.test", 60); // In any order.
            writer.WriteCanonicalName(Name, "b.TEST", 60);
            writer.WriteAddress("c.test", Host.Address("192.0.2.1"), 60);
        });
        ExpectCompleted(lookup, DnsError.None, "192.0.2.1");
    }

    [Fact]
    public void Aliases_that_lead_round_end()
    {
        DnsLookup lookup = Resolve();
        Answer(Assert.Single(Questions()), (ref DnsWriter writer) =>
        {
            writer.WriteCanonicalName(Name, "b.test", 60);
            writer.WriteCanonicalName("b.test", Name, 60);
        });
        ExpectCompleted(lookup, DnsError.NoAddress);
    }

    [Theory]
    [InlineData(0x8183, DnsError.NotFound)]
    [InlineData(0x8180, DnsError.NoAddress)]
    [InlineData(0x8580, DnsError.NoAddress)]
    public void What_a_server_is_sure_of_is_the_answer(ushort flags, DnsError error)
    {
        DnsLookup lookup = Resolve();
        Answer(Assert.Single(Questions()), Nothing, flags);
        ExpectCompleted(lookup, error);
        _host.ExpectNothing();
    }

    [Fact]
    public void One_family_without_addresses_is_no_error_when_the_other_has_some()
    {
        DnsLookup lookup = Resolve(both: true);
        List<Question> questions = Questions();
        Answer(questions[0], Nothing, 0x8183); // Wrong of the server (RFC 4074 4.2), and done.
        Answer(questions[1], Address("192.0.2.1"));
        ExpectCompleted(lookup, DnsError.None, "192.0.2.1");
    }

    [Theory]
    [InlineData(0x8182)] // SERVFAIL.
    [InlineData(0x8185)] // REFUSED.
    [InlineData(0x8181)] // FORMERR.
    [InlineData(0x8100)] // Nothing, and no recursion.
    public void Who_can_not_say_is_followed_by_the_next_server_at_once(ushort flags)
    {
        DnsLookup lookup = Resolve();
        var asked = new List<string>();
        while (!lookup.IsCompleted)
        {
            Question question = Assert.Single(Questions());
            asked.Add(question.Server);
            Answer(question, Nothing, flags);
        }

        Assert.Equal(["10.0.0.1", "10.0.0.9", "10.0.0.1", "10.0.0.9"], asked);
        ExpectCompleted(lookup, DnsError.ServerFailure);
    }

    [Fact]
    public void Silent_servers_are_asked_in_turn_each_time_from_another_port_with_another_id()
    {
        DnsLookup lookup = Resolve();
        var asked = new List<Question>();
        while (!lookup.IsCompleted)
        {
            asked.Add(Assert.Single(Questions()));
            _host.Advance(4.99);
            _host.ExpectNothing();
            _host.Advance(0.01);
        }

        Assert.Equal(["10.0.0.1", "10.0.0.9", "10.0.0.1", "10.0.0.9"], asked.Select(question => question.Server));
        Assert.Equal(4, asked.Select(question => question.Port).Distinct().Count());
        Assert.Equal(4, asked.Select(question => question.Id).Distinct().Count());
        ExpectCompleted(lookup, DnsError.TimedOut);
        _host.ExpectNothing();
    }

    [Fact]
    public void A_server_whose_port_is_closed_is_not_waited_for()
    {
        DnsLookup lookup = Resolve();
        byte[] sent = _host.ExpectOne().Frame;
        _host.Inject(PacketBuilder.IcmpError("10.0.0.1", "10.0.0.2", 3, 3, sent, 28));
        Question second = Assert.Single(Questions());
        Assert.Equal("10.0.0.9", second.Server);
        Answer(second, Address("192.0.2.1"));
        ExpectCompleted(lookup, DnsError.None, "192.0.2.1");
    }

    [Fact]
    public void A_server_that_no_route_leads_to_is_passed_over()
    {
        DnsLookup lookup = Resolve(options: Options with { Servers = [Host.Address("198.51.100.1"), Host.Address("fd00::1"), Host.Address("10.0.0.1")] });
        Assert.Equal("10.0.0.1", Assert.Single(Questions()).Server);
        Assert.False(lookup.IsCompleted);

        DnsLookup none = Resolve(options: Options with { Servers = [Host.Address("198.51.100.1")] });
        Assert.Equal((true, DnsError.TimedOut), (none.IsCompleted, none.Error));
        Assert.Same(none, Assert.Single(_completed));
    }

    [Fact]
    public void What_does_not_answer_the_question_is_not_looked_at()
    {
        // RFC 5452 9.1.
        DnsLookup lookup = Resolve();
        Question question = Assert.Single(Questions());
        Fill wrong = Address("203.0.113.66");
        Answer(question with { Id = (ushort)(question.Id + 1) }, wrong);
        Answer(question with { Name = "www.example.tesu" }, wrong);
        Answer(question with { Type = DnsRecordType.AAAA }, wrong);
        Answer(question, wrong, flags: 0x0100); // A question.
        Answer(question, wrong, flags: 0x9180); // Another opcode.
        Answer(question, wrong, from: "10.0.0.9");
        Answer(question with { Port = (ushort)(question.Port ^ 1) }, wrong);
        Answer(question, []);
        byte[] twice = Message(question, (ref DnsWriter writer) => writer.WriteQuestion(Name, DnsRecordType.A));
        Answer(question, twice);
        Assert.False(lookup.IsCompleted);

        Answer(question, Address("192.0.2.1"));
        ExpectCompleted(lookup, DnsError.None, "192.0.2.1");
    }

    [Fact]
    public void Addresses_that_are_none_of_their_family_are_left_out()
    {
        DnsLookup lookup = Resolve(both: true);
        List<Question> questions = Questions();
        byte[] message = Message(questions[0], (ref DnsWriter writer) =>
        {
            writer.WriteAddress(Name, 0, 60);
            writer.WriteAddress(Name, Host.Address("2001:db8::1"), 60);
            writer.WriteAddress(Name, Host.Address("2001:db8::2"), 60);
        });
        System.Net.IPAddress.Parse("::ffff:192.0.2.1").GetAddressBytes().CopyTo(message, message.Length - 16);
        Answer(questions[0], message);
        Answer(questions[1], Address("0.0.0.0"));
        ExpectCompleted(lookup, DnsError.None, "2001:db8::1");
    }

    [Theory]
    [InlineData("192.0.2.1", DnsError.None, "192.0.2.1")]
    [InlineData("2001:db8::1", DnsError.None, "2001:db8::1")]
    [InlineData("LocalHost.", DnsError.None, "::1", "127.0.0.1")]
    [InlineData("a.localhost", DnsError.None, "::1", "127.0.0.1")]
    [InlineData("", DnsError.InvalidName)]
    [InlineData(".", DnsError.InvalidName)]
    [InlineData("a..b", DnsError.InvalidName)]
    [InlineData("a b", DnsError.InvalidName)]
    [InlineData("\u00e9.test", DnsError.InvalidName)]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123.test", DnsError.InvalidName)]
    public void Some_names_are_known_without_a_server(string name, DnsError error, params string[] addresses)
    {
        DnsLookup lookup = Resolve(name);
        ExpectCompleted(lookup, error, addresses);
        _host.ExpectNothing();
    }

    [Fact]
    public void The_longest_name_can_be_asked_for()
    {
        string label = new('a', 63);
        string longest = $"{label}.{label}.{label}.{label[..61]}";
        Resolve(longest);
        Assert.Equal(longest, Assert.Single(Questions()).Name);
        _completed.Clear();
        Assert.Equal(DnsError.InvalidName, Resolve(longest + "a").Error);
    }

    [Fact]
    public void Who_gives_up_hears_nothing_and_leaves_nothing()
    {
        DnsLookup lookup = Resolve(both: true);
        List<Question> questions = Questions();
        lookup.Dispose();
        Answer(questions[1], Address("192.0.2.1"));
        _host.Advance(60);

        Assert.Empty(_completed);
        Assert.Equal((0, 0), (_host.Stack.Udp.Count, _host.Stack.Dns.Waiting));
    }

    [Fact]
    public void Damaged_answers_neither_throw_nor_end_without_a_result()
    {
        var random = new SeededGenerator(5);
        for (int i = 0; i < 3000; i++)
        {
            DnsLookup lookup = Resolve();
            while (!lookup.IsCompleted)
            {
                foreach (byte[] frame in _host.Sent())
                {
                    if (Host.Read(frame).DestinationPort != 53 || Host.Read(frame).Protocol != 17)
                        continue;
                    var question = Question.Read(frame);
                    byte[] message = Message(question, (ref DnsWriter writer) =>
                    {
                        writer.WriteCanonicalName(Name, "b.test", 60);
                        writer.WriteAddress("b.test", Host.Address("192.0.2.1"), 60);
                    });
                    for (int changes = random.Next(0, 4); changes > 0; changes--)
                        message[random.Next(2, message.Length)] = (byte)random.Next(0, 256);
                    Answer(question, message[..random.Next(0, message.Length + 1)]);
                }

                _host.Advance(1);
            }
        }

        Assert.Equal(3000, _completed.Count);
        Assert.Equal(0, _host.Stack.Dns.Waiting);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_too_long_for_a_datagram_comes_over_tcp(bool overTcp)
    {
        var pair = new StackPair(new DeviceCapabilities { Medium = DeviceMedium.Ethernet, Mtu = 1500 });
        UdpSocket server = pair.Second.Udp.Open(new UdpSocketOptions { LocalPort = 53 });
        TcpListener listener = pair.Second.Tcp.Listen(new TcpListenOptions { Port = 53 });
        var connections = new List<TcpConnection>();
        DnsLookup lookup = pair.First.Dns.Resolve(Name, new DnsOptions { Servers = [StackPair.Address(1, ipv6: true)], OverTcp = overTcp }, null, pair.Now);
        byte[] buffer = new byte[4096];
        int datagrams = 0;
        Assert.True(pair.RunUntil(
            () =>
            {
                while (server.TryReceive(out ReadOnlySpan<byte> datagram, out UdpArrival arrival))
                {
                    datagrams++;
                    byte[] truncated = datagram.ToArray();
                    (truncated[2], truncated[3]) = (0x83, 0x80); // QR, TC, RD, RA.
                    server.Reply(truncated, arrival, pair.Now);
                }

                if (listener.TryAccept(out TcpConnection? accepted))
                    connections.Add(accepted);
                foreach (TcpConnection connection in connections)
                {
                    // In two pieces.
                    if (connection.Available > 2)
                        Serve(connection, buffer);
                }

                return lookup.IsCompleted;
            },
            TimeSpan.FromSeconds(4)), "no answer");

        Assert.Equal(DnsError.None, lookup.Error);
        Assert.Equal(64, lookup.Addresses.Count(address => IpAddressBits.IsIpv4(address)));
        Assert.Equal(64, lookup.Addresses.Count(address => !IpAddressBits.IsIpv4(address)));
        Assert.Equal(overTcp ? 0 : 2, datagrams);
        Assert.True(pair.RunUntil(() => pair.First.Tcp.Count + pair.Second.Tcp.Count == 0, TimeSpan.FromMinutes(3)), "both connections end");
        Assert.Equal(0, pair.First.Udp.Count);
    }

    /// <summary>100 addresses.</summary>
    private static void Serve(TcpConnection connection, byte[] buffer)
    {
        int count = connection.Read(buffer);
        Assert.True(DnsMessage.TryCut(buffer.AsSpan(0, count), out ReadOnlySpan<byte> bytes));
        Assert.Equal(PacketError.None, DnsMessage.Parse(bytes, out DnsMessage asked));
        byte[] answer = new byte[8192];
        var writer = new DnsWriter(answer.AsSpan(2), asked.Header.Id, Answered);
        foreach (DnsQuestion question in asked.Questions)
        {
            writer.WriteQuestion(question);
            for (uint i = 1; i <= 100; i++)
                writer.WriteAddress(Name, Host.Address(question.Type == DnsRecordType.A ? "192.0.2.0" : "2001:db8::") + i, 60);
        }

        int length = writer.Finish().Length;
        (answer[0], answer[1]) = ((byte)(length >> 8), (byte)length);
        connection.Write(answer.AsSpan(0, length + 2));
        connection.CloseWrite();
    }

    [Fact]
    public void A_server_that_hangs_up_without_an_answer_is_followed_by_the_next()
    {
        DnsLookup lookup = Resolve(options: Options with { OverTcp = true });
        _host.Stack.Transmit(_host.Now);
        var (frame, layers) = _host.ExpectOne();
        Assert.Equal((Host.Address("10.0.0.1"), 53), (layers.Destination, layers.DestinationPort));
        TcpSegment.Parse(frame.AsSpan(layers.TransportOffset), out TcpSegment segment);
        _host.Inject(PacketBuilder.Tcp("10.0.0.1:53", $"10.0.0.2:{layers.SourcePort}", TcpFlags.RST | TcpFlags.ACK, 0, segment.Sequence + 1));
        Assert.Equal(Host.Address("10.0.0.9"), _host.ExpectOne().Layers.Destination);
        lookup.Dispose();
    }
}
