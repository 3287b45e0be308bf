using System.Runtime.InteropServices;
using System.Net;
using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Actions;
using Weir.Netlink.TrafficControl.Classifiers;

namespace Weir.Netlink.Tests.TrafficControl;

public class FiltersTests
{
    [Fact]
    public void Clsact_is_asked_for_as_tc_asks()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Qdiscs.AddClsact(100);

        Hex.Equal("""
            30000000 2400 0506 01000000 00000000       # RTM_NEWQDISC, REQUEST|ACK|EXCL|CREATE
            00000000 64000000 0000ffff f1ffffff 00000000 # tcmsg: link 100, handle ffff:, parent ffff:fff1
            0b00 0100 636c7361637400 00                # TCA_KIND "clsact"
            """, kernel.Requests[0]);
    }

    [Fact]
    public void A_bpf_filter_keeps_its_handle_so_that_setting_it_again_replaces_it()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Filters.SetBpf(100, 0xfffffff2, 1, programDescriptor: 7, "weir_vex");

        Hex.Equal("""
            50000000 2c00 0505 01000000 00000000       # RTM_NEWTFILTER, REQUEST|ACK|REPLACE|CREATE
            00000000 64000000 01000000 f2ffffff 00030100 # tcmsg: handle 1, ingress, pref 1, ETH_P_ALL
            0800 0100 62706600                         # TCA_KIND "bpf"
            2400 0200                                  # TCA_OPTIONS
              0800 0600 07000000                       #   TCA_BPF_FD
              0d00 0700 776569725f76657800 000000      #   TCA_BPF_NAME
              0800 0800 01000000                       #   TCA_BPF_FLAGS direct action
            """, kernel.Requests[0]);
    }

    /// <summary>The matches of NeuVector's first rule, with its second action.</summary>
    /// <summary>From the headers (include/uapi/linux/pkt_cls.h): struct tc_u32_pcnt, struct tc_u32_mark, struct tc_matchall_pcnt.</summary>
    [Fact]
    public void What_rules_of_u32_and_matchall_have_matched_is_read()
    {
        byte[] selector = [1, 0, 2, 0, .. new byte[12], .. Words(0xff, 0x06, 8, 0), .. Words(0xff, 0x01, 16, 0)];
        var u32 = Assert.IsType<U32Classifier>(Read("u32", [.. RecordedKernel.Attribute(5, selector), .. RecordedKernel.Attribute(9, Words(9, 0, 7, 0, 8, 0, 7, 0)), .. RecordedKernel.Attribute(10, Words(5, 0xff, 4))]));
        Assert.Equal((9UL, 7UL), (u32.Tried, u32.Matched));
        Assert.Equal([8UL, 7UL], u32.MatchedWords);
        Assert.Equal(new U32Mark(5, 0xff) { Success = 4 }, u32.Mark);
        Assert.Null(Assert.IsType<U32Classifier>(Read("u32", RecordedKernel.Attribute(5, selector))).MatchedWords);

        Assert.Equal(12UL, Assert.IsType<MatchallClassifier>(Read("matchall", RecordedKernel.Attribute(4, Words(12, 0)))).Matched);
        Assert.Null(Assert.IsType<MatchallClassifier>(Read("matchall", RecordedKernel.Attribute(3, Words(8)))).Matched);

        static Classifier Read(string kind, byte[] options)
        {
            byte[] payload = [.. Words(0, 1, 0x80000800, 0xffff0000, 5u << 16 | 8), .. RecordedKernel.Text(1, kind), .. RecordedKernel.Attribute(2, options)];
            using var kernel = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWTFILTER, 2, payload), RecordedKernel.Done(request)]);
            using var socket = new RouteSocket(kernel);
            return Assert.Single(socket.Filters.List(1, 0xffff0000)).Classifier;
        }

        static byte[] Words(params uint[] words) => MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
    }

    [Fact]
    public void U32_with_mirred_is_sent_as_tc_sends_it()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Filters.Add(U32(100, 0xffff0000, 10001, 0x0800, [new U32Match(0x242, 0xffff, -16), new U32Match(0xac110002, 0xffffffff, -12)], new MirredAction(MirredTarget.EgressMirror, 200)));

        Hex.Equal("""
            9c000000 2c00 0506 01000000 00000000
            00000000 64000000 00000000 0000ffff 08001127 # pref 10001, ETH_P_IP
            0800 0100 75333200                         # TCA_KIND "u32"
            7000 0200                                  # TCA_OPTIONS
              3800 0700                                #   TCA_U32_ACT
                3400 0100                              #     first action
                  0b00 0100 6d697272656400 00          #       TCA_ACT_KIND "mirred"
                  2400 0280 2000 0200                  #       TCA_ACT_OPTIONS, TCA_MIRRED_PARMS
                    00000000 00000000 03000000 00000000 00000000 02000000 c8000000 # tc_gen (pipe), egress mirror, link 200
              3400 0500                                #   TCA_U32_SEL
                01 00 02 00 0000 0000 0000 0000 00000000
                0000ffff 00000242 f0ffffff 00000000
                ffffffff ac110002 f4ffffff 00000000
            """, kernel.Requests[0]);
    }

    [Fact]
    public void What_was_sent_reads_back()
    {
        byte[] sent = [];
        using (var kernel = RecordedKernel.Acknowledging())
        {
            using var socket = new RouteSocket(kernel);
            socket.Filters.Add(U32(100, 0xffff0000, 10001, 0x0800, [new U32Match(0x242, 0xffff, -16)], new MirredAction(MirredTarget.EgressRedirect, 200)));
            sent = kernel.Requests[0][16..];
        }

        using var echo = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWTFILTER, 2, sent), RecordedKernel.Done(request)]);
        using var reader = new RouteSocket(echo);
        var filter = Assert.Single(reader.Filters.List(100));

        Assert.Equal(("u32", (ushort)10001, (ushort)0x0800), (filter.Kind, filter.Preference, filter.Protocol));
        Assert.Equal([new U32Match(0x242, 0xffff, -16)], Assert.IsType<U32Classifier>(filter.Classifier).Matches);
        Assert.Equal([new MirredAction(MirredTarget.EgressRedirect, 200) { Control = ActionControl.Stolen }], filter.Actions);
    }

    /// <summary>NeuVector's first rule whole, as tc sends it.</summary>
    [Fact]
    public void Pedit_and_mirred_of_one_rule_are_sent_as_tc_sends_them()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Filters.Add(new Filter
        {
            LinkIndex = 100,
            Parent = TrafficHandle.IngressFilters,
            Preference = 10001,
            Protocol = 0x0800,
            Classifier = new U32Classifier { Matches = [new U32Match(0x242, 0xffff, -16), new U32Match(0xac110002, 0xffffffff, -12)] },
            Actions =
            [
                new PeditAction([new PeditKey(-16, 0x4e65, 0xffff0000), new PeditKey(-12, 0x75560027, 0)]) { Control = ActionControl.Pipe },
                new MirredAction(MirredTarget.EgressMirror, 200),
            ],
        });

        Hex.Equal("""
            fc000000 2c00 0506 01000000 00000000
            00000000 64000000 00000000 0000ffff 08001127
            0800 0100 75333200                         # TCA_KIND "u32"
            d000 0200                                  # TCA_OPTIONS
              9800 0700                                #   TCA_U32_ACT
                6000 0100                              #     first action
                  0a00 0100 706564697400 0000          #       TCA_ACT_KIND "pedit"
                  5000 0280 4c00 0200                  #       TCA_ACT_OPTIONS, TCA_PEDIT_PARMS
                    00000000 00000000 03000000 00000000 00000000 02 00 0000 # tc_gen (pipe), two keys
                    ffff0000 00004e65 f0ffffff 00000000 00000000 00000000   # what stays, value, offset -16
                    00000000 75560027 f4ffffff 00000000 00000000 00000000
                3400 0200                              #     second action
                  0b00 0100 6d697272656400 00
                  2400 0280 2000 0200
                    00000000 00000000 03000000 00000000 00000000 02000000 c8000000
              3400 0500                                #   TCA_U32_SEL
                01 00 02 00 0000 0000 0000 0000 00000000
                0000ffff 00000242 f0ffffff 00000000
                ffffffff ac110002 f4ffffff 00000000
            """, kernel.Requests[0]);
        Assert.Equal(252, kernel.Requests[0].Length);
    }

    /// <summary>Every kind of action and classifier that can be asked for, through its message and back.</summary>
    [Fact]
    public void Every_action_and_classifier_reads_back_as_it_was_sent()
    {
        FilterAction[] actions =
        [
            new GactAction(ActionControl.Drop), new GactAction(ActionControl.GotoChain(5)) { Randomness = GactRandomness.Every, RandomControl = ActionControl.Drop, RandomValue = 9 },
            new SkbeditAction { Mark = 5, MarkMask = 0xff, Priority = 0x10010, QueueMapping = 2, PacketType = 1, InheritDsField = true, Index = 7 },
            new CsumAction(ChecksumKinds.Ipv4Header | ChecksumKinds.Tcp), new MirredAction(MirredTarget.IngressMirror, 3) { Control = ActionControl.Continue },
        ];
        Classifier[] classifiers =
        [
            new MatchallClassifier { ClassId = 0x10010, Offload = OffloadFlags.SkipHardware },
            new FlowerClassifier
            {
                IpProtocol = 6, Destination = new(IPAddress.Parse("10.0.0.0"), IPAddress.Parse("255.0.0.0")), DestinationPort = new(80, 0xffff), TcpFlags = new(2, 0x12),
                SourceMac = new(0x020000000001, 0xffffffffffff), TimeToLive = new(3, 0xff), EtherType = 0x0800, InputDevice = "v0", ClassId = 5, VlanId = 7, VlanPriority = 2, VlanEtherType = 0x0800,
            },
            new U32Classifier
            {
                Link = 0x00300000, HashTable = 0x80000000, HashMask = 0xff, HashOffset = 16, Offset = new U32Offset(0x0f00, 6, 0, 4, true), Eat = true, Mark = new U32Mark(5, 0xff), InputDevice = "v0", Terminal = false,
            },
        ];
        foreach (var classifier in classifiers)
        {
            var filter = new Filter { LinkIndex = 100, Preference = 1, Protocol = 0x0800, Chain = 3, Handle = 1, Classifier = classifier, Actions = actions };

            var read = RoundTrip(filter);

            Assert.Equal(actions, read.Actions);
            Assert.Equal((filter.Chain, filter.Handle, filter.Protocol), (read.Chain, read.Handle, read.Protocol));
            Assert.Equal(Comparable(classifier), Comparable(read.Classifier));
        }

        static string Comparable(Classifier classifier) => classifier is FlowerClassifier flower ? (flower with { UnknownKeys = [] }).ToString() : (classifier is U32Classifier u32 ? u32 with { Matches = [], Police = [] } : classifier).ToString();
    }

    [Fact]
    public void Extended_pedit_names_the_header_of_each_key()
    {
        var pedit = new PeditAction([new PeditKey(4, 0x00020000, 0xffff) { Header = PeditHeader.Ethernet }, new PeditKey(8, 0x07000000, 0x00ffffff) { Header = PeditHeader.Ipv4, Command = PeditCommand.Add }])
        {
            Extended = true,
        };

        var read = Assert.IsType<PeditAction>(Assert.Single(RoundTrip(new Filter { LinkIndex = 1, Classifier = new MatchallClassifier(), Actions = [pedit] }).Actions));

        Assert.True(read.Extended);
        Assert.Equal(pedit.Keys, read.Keys);
    }

    [Fact]
    public void What_the_kernel_lacks_is_said_in_words()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, 2, RecordedKernel.Text(1, "Failed to load TC action module"))]);
        using var socket = new RouteSocket(kernel);

        var refusal = Assert.Throws<NetlinkException>(() => socket.Filters.Add(new Filter { LinkIndex = 1, Classifier = new MatchallClassifier(), Actions = [new PeditAction([new PeditKey(0, 0, 0)])] }));

        Assert.StartsWith("add matchall filter 0 with pedit to link 1: No such file or directory", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("this kernel lacks the action", refusal.Message, StringComparison.Ordinal);
    }

    private static Filter RoundTrip(Filter filter)
    {
        byte[] sent;
        using (var kernel = RecordedKernel.Acknowledging())
        {
            using var socket = new RouteSocket(kernel);
            socket.Filters.Add(filter);
            sent = kernel.Requests[0][16..];
        }

        using var echo = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWTFILTER, 2, sent), RecordedKernel.Done(request)]);
        using var reader = new RouteSocket(echo);
        return Assert.Single(reader.Filters.List(filter.LinkIndex));
    }

    [Fact]
    public void An_offset_between_words_is_refused_before_the_kernel_is_asked()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        Assert.Throws<ArgumentException>(() => socket.Filters.Add(U32(1, 0xffff0000, 1, 3, [new U32Match(0, 0, -14)], new MirredAction(MirredTarget.EgressRedirect, 2))));
        Assert.Empty(kernel.Requests);
    }

    private static Filter U32(int link, uint parent, ushort preference, ushort protocol, IReadOnlyList<U32Match> matches, FilterAction action) => new()
    {
        LinkIndex = link,
        Parent = parent,
        Preference = preference,
        Protocol = protocol,
        Classifier = new U32Classifier { Matches = matches },
        Actions = [action],
    };
}
