using Weir.Enforcer.Datapath;
using Weir.Enforcer.Tests.Identification;
using Weir.Packets;
using Weir.Policy;
using static Weir.Packets.TcpFlags;

namespace Weir.Enforcer.Tests.Datapath;

public class FrameProcessorTests
{
    private static readonly byte[] Get = "GET / HTTP/1.1\r\nHost: api\r\n\r\n"u8.ToArray();

    [Fact]
    public void A_denied_first_packet_is_dropped_in_silence_and_leaves_no_session()
    {
        var datapath = new TestDatapath(PolicyMode.Protect);
        Assert.Equal(Verdict.Drop, datapath.FromWeb(SYN));
        Assert.Empty(datapath.Sent);
        Assert.Equal(0, datapath.Processor.Table.Count);
        FlowEvent told = Assert.Single(datapath.Events());
        Assert.Equal((FlowEventKind.Dropped, DropReason.PolicyDeny, SessionDirection.Ingress, (ushort)80), (told.Kind, told.DropReason, told.Direction, told.ServerPort));
        Assert.Equal(TestFrame.Address(TestDatapath.Web), told.Client);
    }

    [Fact]
    public void An_allowed_session_is_told_identified_and_settled()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "tcp/80", Application.Http)]);
        datapath.Handshake();
        Assert.Empty(datapath.Settled.Entries);
        Assert.Equal(Verdict.Accept, datapath.FromWeb(PSH | ACK, Get, 101, 501));
        Assert.Equal(2, datapath.Settled.Entries.Count);
        List<FlowEvent> events = datapath.Events();
        Assert.Equal(FlowEventKind.Opened, events[0].Kind);
        FlowEvent last = events[^1];
        Assert.Equal((FlowEventKind.Updated, Application.Http, true, true, "api"), (last.Kind, last.Application, last.ApplicationIsFinal, last.Settled, last.ServerName));
        Assert.Equal(new PolicyDecision(PolicyAction.Accept, 1, PolicyMode.Protect), last.Decision);
        Assert.Equal(4ul, events.Aggregate(0ul, (sum, e) => sum + e.ClientPackets + e.ServerPackets));
    }

    [Fact]
    public void Another_application_on_an_allowed_port_is_reset_at_both_ends_and_stays_blocked()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "tcp/80", Application.Http)]);
        datapath.Handshake();
        Assert.Equal(Verdict.Reject, datapath.FromWeb(PSH | ACK, "SSH-2.0-x\r\n"u8, 101, 501));
        Assert.Equal(2, datapath.Sent.Count);
        Assert.Equal(Verdict.Drop, datapath.FromApi(ACK, "secret"u8, 501, 112));
        Assert.Equal(2ul, datapath.Processor.Counters.DroppedBy(DropReason.ApplicationDenied));
        Assert.Equal(DropReason.ApplicationDenied, datapath.Events()[^1].DropReason);
        Assert.Empty(datapath.Settled.Entries);
    }

    [Fact]
    public void Resets_are_exact_at_both_ends()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "tcp/80", Application.Http)]);
        datapath.Handshake();
        datapath.FromWeb(PSH | ACK, "SSH-2.0-x\r\n"u8, 101, 501);
        FrameLayers[] resets = [.. datapath.Sent.Select(frame =>
        {
            Assert.Equal(PacketError.None, FrameLayers.Parse(frame, out FrameLayers layers));
            Assert.True(PortMarker.TryRead(frame, out ushort port, out bool fromWorkload));
            Assert.Equal(TestFrame.PortId, port);
            Assert.Equal(fromWorkload, layers.Source == TestFrame.Address(TestDatapath.Api));
            return layers;
        })];
        FrameLayers toApi = resets.Single(layers => layers.Destination == TestFrame.Address(TestDatapath.Api));
        FrameLayers toWeb = resets.Single(layers => layers.Destination == TestFrame.Address(TestDatapath.Web));
        Assert.Equal((101u, RST | ACK), (toApi.TcpSequence, (TcpFlags)toApi.TcpFlags));
        Assert.Equal((501u, RST), (toWeb.TcpSequence, (TcpFlags)toWeb.TcpFlags));
    }

    [Fact]
    public void A_new_policy_takes_settled_sessions_back_and_judges_them_again()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "tcp/80")]);
        datapath.Handshake();
        datapath.FromWeb(PSH | ACK, Get, 101, 501);
        SettledKey key = datapath.Settled.Entries.Keys.First(k => k.SourcePort == 40000);
        datapath.Settled.Pass(key, 1000, 1_000_000, datapath.Now);
        datapath.SetPolicy(PolicyMode.Protect, [TestDatapath.Allow(2, "tcp/80")]);
        datapath.Events();
        Assert.Equal(Verdict.Accept, datapath.FromWeb(ACK, "more"u8, 201, 501));
        FlowEvent told = Assert.Single(datapath.Events());
        Assert.Equal(2, told.Decision.RuleId);
        Assert.Equal(1001ul, told.ClientPackets);
        Assert.All(datapath.Settled.Entries.Values, entry => Assert.Equal(2u, entry.Generation));

        datapath.SetPolicy(PolicyMode.Protect, []);
        Assert.Equal(Verdict.Reject, datapath.FromWeb(ACK, "more"u8, 205, 501));
        Assert.Empty(datapath.Settled.Entries);
        Assert.Equal(DropReason.PolicyChanged, datapath.Events()[^1].DropReason);
    }

    [Fact]
    public void Fin_takes_a_settled_session_back_with_its_counters()
    {
        var datapath = new TestDatapath(PolicyMode.Discover);
        datapath.Handshake();
        datapath.FromWeb(PSH | ACK, Get, 101, 501);
        Assert.Equal(2, datapath.Settled.Entries.Count);
        datapath.Settled.Pass(datapath.Settled.Entries.Keys.First(k => k.SourcePort == 80), 70, 100_000, datapath.Now);
        datapath.FromApi(FIN | ACK, sequence: 9000, acknowledgment: 300);
        Assert.Empty(datapath.Settled.Entries);
        datapath.FromWeb(FIN | ACK, sequence: 300, acknowledgment: 9001);
        datapath.FromApi(ACK, sequence: 9001, acknowledgment: 301);
        datapath.Advance(130);
        List<FlowEvent> events = datapath.Events();
        Assert.Equal(FlowEventKind.Closed, events[^1].Kind);
        Assert.Equal(73ul, events.Aggregate(0ul, (sum, e) => sum + e.ServerPackets));
        Assert.Equal(0, datapath.Processor.Table.Count);
    }

    [Fact]
    public void A_settled_session_is_reported_every_five_seconds_while_its_counters_grow_and_does_not_time_out()
    {
        var datapath = new TestDatapath(PolicyMode.Discover);
        datapath.Receive(TestFrame.Udp(false, TestDatapath.Web, 5000, TestDatapath.Api, 9000, "a"u8));
        datapath.Receive(TestFrame.Udp(true, TestDatapath.Api, 9000, TestDatapath.Web, 5000, "b"u8));
        Assert.Equal(2, datapath.Settled.Entries.Count);
        datapath.Events();
        for (int i = 0; i < 60; i++)
        {
            datapath.Settled.Pass(datapath.Settled.Entries.Keys.First(), 1, 100, datapath.Now);
            datapath.Advance(5);
        }
        Assert.InRange(datapath.Events().Count(e => e.Kind == FlowEventKind.Updated), 50, 61);
        datapath.Advance(130);
        Assert.Equal(FlowEventKind.Closed, datapath.Events()[^1].Kind);
        Assert.Empty(datapath.Settled.Entries);
    }

    [Fact]
    public void A_full_kernel_table_leaves_the_session_in_user_space_and_is_tried_again()
    {
        var settled = new InMemorySettledSessions { Capacity = 1 };
        var datapath = new TestDatapath(PolicyMode.Discover, settled: settled);
        datapath.Handshake();
        Assert.Equal(Verdict.Accept, datapath.FromWeb(PSH | ACK, Get, 101, 501));
        Assert.Empty(settled.Entries);
        settled.Capacity = 10;
        datapath.Advance(6);
        datapath.FromWeb(ACK, "x"u8, 131, 501);
        Assert.Equal(2, settled.Entries.Count);
    }

    [Fact]
    public void A_connection_that_was_open_before_goes_on_in_protect_when_its_port_is_allowed()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "tcp/80", Application.Http)]);
        Assert.Equal(Verdict.Accept, datapath.FromApi(ACK, "middle of a body"u8, 9000, 4000));
        Assert.Equal(Verdict.Accept, datapath.FromWeb(ACK, [0xff, 0x00, 0x12], 4000, 9016));
        Assert.Equal(Verdict.Accept, datapath.FromApi(ACK, "rest"u8, 9016, 4003));
        FlowEvent opened = datapath.Events()[0];
        Assert.Equal((SessionDirection.Ingress, (ushort)80), (opened.Direction, opened.ServerPort));
        Assert.Equal(Verdict.Drop, datapath.FromWeb(ACK, "x"u8, 1, 1, port: 81));
    }

    [Fact]
    public void Direction_is_the_workloads_when_it_is_the_client()
    {
        var datapath = new TestDatapath(PolicyMode.Discover);
        datapath.Receive(TestFrame.Tcp(true, TestDatapath.Api, 50000, "10.0.0.3", 6379, SYN));
        FlowEvent told = Assert.Single(datapath.Events());
        Assert.Equal((SessionDirection.Egress, (ushort)6379, TestFrame.Address("10.0.0.3")), (told.Direction, told.ServerPort, told.Server));
    }

    [Fact]
    public void Invalid_flags_are_dropped_in_protect_and_only_counted_elsewhere()
    {
        var protect = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "tcp/80")]);
        Assert.Equal(Verdict.Drop, protect.FromWeb(SYN | FIN));
        Assert.Equal(1ul, protect.Processor.Counters.DroppedBy(DropReason.InvalidTcpFlags));
        var discover = new TestDatapath(PolicyMode.Discover);
        Assert.Equal(Verdict.Accept, discover.FromWeb(SYN | FIN));
        Assert.Equal(1ul, discover.Processor.Counters.PassedDespite(DropReason.InvalidTcpFlags));
        Assert.Equal(0, discover.Processor.Table.Count);
    }

    [Fact]
    public void Later_fragments_follow_the_first()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "udp/9000")]);
        byte[] allowed = TestFrame.Udp(false, TestDatapath.Web, 5000, TestDatapath.Api, 9000, new byte[64])[34..];
        byte[] denied = TestFrame.Udp(false, TestDatapath.Web, 5000, TestDatapath.Api, 9001, new byte[64])[34..];
        const ushort more = 0x2000;
        Verdict Fragment(byte[] part, ushort id, ushort fragment) => datapath.Receive(TestFrame.Ip(false, TestDatapath.Web, TestDatapath.Api, 17, part, id, fragment));
        Assert.Equal(Verdict.Drop, Fragment(allowed, 3, 9));
        Assert.Equal(1ul, datapath.Processor.Counters.DroppedBy(DropReason.FragmentWithoutFirst));
        Assert.Equal(Verdict.Accept, Fragment(allowed, 1, more));
        Assert.Equal(Verdict.Accept, Fragment(allowed, 1, 9));
        Assert.Equal(Verdict.Drop, Fragment(denied, 2, more));
        Assert.Equal(Verdict.Drop, Fragment(denied, 2, 9));
        datapath.Advance(11);
        Assert.Equal(Verdict.Drop, Fragment(allowed, 1, 10));
    }

    [Fact]
    public void An_icmp_error_passes_with_its_session()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "tcp/80")]);
        byte[] quoted = TestFrame.Tcp(true, TestDatapath.Api, 80, TestDatapath.Web, 40000, ACK)[14..];
        Assert.Equal(Verdict.Drop, datapath.Receive(TestFrame.Icmp(false, "10.0.0.254", TestDatapath.Api, 3, 4, 0, quoted)));
        Assert.Equal(1ul, datapath.Processor.Counters.DroppedBy(DropReason.UnrelatedIcmp));
        datapath.Handshake();
        Assert.Equal(Verdict.Accept, datapath.Receive(TestFrame.Icmp(false, "10.0.0.254", TestDatapath.Api, 3, 4, 0, quoted)));
    }

    [Fact]
    public void Echo_is_a_session_by_its_id_and_neighbor_discovery_always_passes()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, [new PolicyRule { Id = 1, From = "any", To = "any", Ports = ["icmp"], Action = RuleAction.Allow }]);
        Assert.Equal(Verdict.Accept, datapath.Receive(TestFrame.Icmp(false, TestDatapath.Web, TestDatapath.Api, 8, 0, 77)));
        Assert.Equal(Verdict.Accept, datapath.Receive(TestFrame.Icmp(true, TestDatapath.Api, TestDatapath.Web, 0, 0, 77)));
        Assert.Equal(1, datapath.Processor.Table.Count);
        var strict = new TestDatapath(PolicyMode.Protect);
        Assert.Equal(Verdict.Accept, strict.Receive(TestFrame.Icmp(false, "fd00::1", "fd00::2", 135, 0, 0, new byte[16])));
        Assert.Equal(Verdict.Drop, strict.Receive(TestFrame.Icmp(false, "fd00::1", "fd00::2", 128, 0, 1)));
    }

    [Fact]
    public void A_client_hello_in_several_segments_gives_its_server_name()
    {
        foreach (int step in new[] { 1, 3, 5, 6, 200 })
        {
            var datapath = new TestDatapath(PolicyMode.Discover);
            datapath.Handshake();
            byte[] hello = FirstPayload.ClientHello("secure.example", step < 100 ? 1 : 1400);
            // At most 15 segments: more are given up.
            int size = Math.Max(step, (hello.Length / 14) + 1);
            for (int offset = 0; offset < hello.Length; offset += size)
                datapath.FromWeb(PSH | ACK, hello.AsSpan(offset, Math.Min(size, hello.Length - offset)), 101 + (uint)offset, 501);
            FlowEvent told = datapath.Events()[^1];
            Assert.Equal((Application.Tls, true, "secure.example", true), (told.Application, told.ApplicationIsFinal, told.ServerName, told.Settled));
        }
    }

    [Fact]
    public void An_answered_session_without_payload_has_its_last_word_when_it_closes()
    {
        var datapath = new TestDatapath(PolicyMode.Discover);
        datapath.Handshake();
        datapath.FromWeb(RST, sequence: 101);
        datapath.Advance(20);
        FlowEvent closed = datapath.Events()[^1];
        Assert.Equal((FlowEventKind.Closed, true, PolicyAction.Learn), (closed.Kind, closed.ApplicationIsFinal, closed.Decision.Action));
    }

    [Fact]
    public void A_session_that_nobody_answered_is_never_final()
    {
        var datapath = new TestDatapath(PolicyMode.Discover);
        datapath.FromWeb(SYN);
        datapath.FromApi(RST | ACK, acknowledgment: 1);
        datapath.Advance(20);
        Assert.DoesNotContain(datapath.Events(), e => e.ApplicationIsFinal);
    }

    [Fact]
    public void A_tap_reports_what_it_can_not_stop_as_a_violation()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, tap: true);
        byte[] syn = TestFrame.Tcp(false, TestDatapath.Web, 40000, TestDatapath.Api, 80, SYN);
        Assert.Equal(Verdict.Accept, datapath.Processor.ReceiveTap(TestFrame.PortId, false, syn, datapath.Now));
        Assert.Equal(PolicyAction.Violate, Assert.Single(datapath.Events()).Decision.Action);
    }

    [Fact]
    public void A_frame_of_no_known_port_is_dropped()
    {
        var datapath = new TestDatapath(PolicyMode.Discover);
        byte[] frame = TestFrame.Tcp(false, TestDatapath.Web, 40000, TestDatapath.Api, 80, SYN);
        frame[5] = 99;
        Assert.Equal(Verdict.Drop, datapath.Receive(frame));
        Assert.Equal(1ul, datapath.Processor.Counters.DroppedBy(DropReason.UnknownPort));
    }

    [Fact]
    public void Removing_a_port_closes_its_sessions_and_takes_them_back()
    {
        var datapath = new TestDatapath(PolicyMode.Discover);
        datapath.Handshake();
        datapath.FromWeb(PSH | ACK, Get, 101, 501);
        datapath.Processor.RemovePort(TestFrame.PortId, datapath.Now);
        Assert.Empty(datapath.Settled.Entries);
        Assert.Equal(0, datapath.Processor.Table.Count);
        Assert.Equal(FlowEventKind.Closed, datapath.Events()[^1].Kind);
    }

    [Fact]
    public void A_port_scan_shows_its_targets_up_to_a_bound_and_its_whole_size()
    {
        var datapath = new TestDatapath(PolicyMode.Protect);
        for (int round = 0; round < 2; round++)
        {
            for (int port = 1; port <= 65535; port++)
                datapath.FromWeb(SYN, port: (ushort)port);
        }
        datapath.Advance(6);
        for (int turn = 0; turn < 100; turn++)
            datapath.Processor.Expire(datapath.Now);
        List<FlowEvent> events = datapath.Events();
        Assert.InRange(events.Count, 1000, 8000);
        Assert.InRange(events.Select(e => e.ServerPort).Distinct().Count(), 1000, 4096);
        Assert.Equal(2ul * 65535, events.Aggregate(0ul, (sum, e) => sum + e.ClientPackets));
    }

    [Fact]
    public void A_slow_reader_is_not_waited_for_and_hears_the_sum_later()
    {
        var datapath = new TestDatapath(PolicyMode.Discover, options: new EnforcerOptions { MaxSessions = 1024, EventCapacity = 1 });
        datapath.FromWeb(SYN, clientPort: 1);
        datapath.Handshake(clientPort: 2);
        Assert.Single(datapath.Events());
        datapath.Advance(6);
        FlowEvent told = Assert.Single(datapath.Events());
        Assert.Equal((FlowEventKind.Opened, 2ul, 1ul), (told.Kind, told.ClientPackets, told.ServerPackets));
        Assert.True(datapath.Queue.Merged > 0);
    }
}
