using System.Net;
using Weir.Enforcer.Datapath;
using Weir.Enforcer.Events;
using Weir.Packets;
using Weir.Policy;

namespace Weir.Enforcer.Tests;

/// <summary>A frame processor with one port, the workload "api" at 10.0.0.2, and a client "web" at 10.0.0.1.</summary>
internal sealed class TestDatapath : IFrameSink
{
    public const string Api = "10.0.0.2";
    public const string Web = "10.0.0.1";
    private uint _generation;

    public TestDatapath(PolicyMode mode, IReadOnlyList<PolicyRule>? rules = null, EnforcerOptions? options = null, bool tap = false, InMemorySettledSessions? settled = null)
    {
        Settled = settled ?? new InMemorySettledSessions();
        Options = options ?? new EnforcerOptions { MaxSessions = 1024 };
        Queue = new EventQueue(Options.EventCapacity);
        Processor = new FrameProcessor(Options, Queue, Settled, tap ? null : this, TimeSpan.Zero);
        Processor.AddPort(new EnforcerPort(TestFrame.PortId, "api", "eth0", [2, 0, 0, 0, 0, 1]));
        SetPolicy(mode, rules ?? []);
    }

    public EnforcerOptions Options { get; }

    public FrameProcessor Processor { get; }

    public EventQueue Queue { get; }

    public InMemorySettledSessions Settled { get; }

    public List<byte[]> Sent { get; } = [];

    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(1);

    public static PolicyRule Allow(int id, string port, params Application[] applications) =>
        new() { Id = id, From = "any", To = "any", Ports = [port], Applications = applications, Action = RuleAction.Allow };

    public static PolicyRule Deny(int id, string port, params Application[] applications) =>
        Allow(id, port, applications) with { Action = RuleAction.Deny };

    public void SetPolicy(PolicyMode mode, IReadOnlyList<PolicyRule> rules)
    {
        var config = new PolicyConfig
        {
            DefaultMode = PolicyMode.Discover,
            Groups = [new PolicyGroup { Name = "api", Mode = mode }],
            Rules = rules,
        };
        PolicyWorkload[] workloads = [new() { Name = "api", Addresses = [IPAddress.Parse(Api)] }];
        Processor.Use(PolicyModel.Compile(config, workloads, ++_generation));
    }

    public Verdict Receive(byte[] frame) => Processor.ReceiveInline(frame, Now);

    /// <summary>A segment of the TCP session web:40000 to api:PORT.</summary>
    public Verdict FromWeb(TcpFlags flags, ReadOnlySpan<byte> payload = default, uint sequence = 0, uint acknowledgment = 0, ushort port = 80, ushort clientPort = 40000) =>
        Receive(TestFrame.Tcp(false, Web, clientPort, Api, port, flags, sequence, acknowledgment, payload));

    public Verdict FromApi(TcpFlags flags, ReadOnlySpan<byte> payload = default, uint sequence = 0, uint acknowledgment = 0, ushort port = 80, ushort clientPort = 40000) =>
        Receive(TestFrame.Tcp(true, Api, port, Web, clientPort, flags, sequence, acknowledgment, payload));

    public void Handshake(ushort port = 80, ushort clientPort = 40000)
    {
        Assert.Equal(Verdict.Accept, FromWeb(TcpFlags.SYN, sequence: 100, port: port, clientPort: clientPort));
        Assert.Equal(Verdict.Accept, FromApi(TcpFlags.SYN | TcpFlags.ACK, sequence: 500, acknowledgment: 101, port: port, clientPort: clientPort));
        Assert.Equal(Verdict.Accept, FromWeb(TcpFlags.ACK, sequence: 101, acknowledgment: 501, port: port, clientPort: clientPort));
    }

    public List<FlowEvent> Events()
    {
        var events = new List<FlowEvent>();
        while (Queue.Reader.TryRead(out FlowEvent flowEvent))
            events.Add(flowEvent);
        return events;
    }

    public void Advance(double seconds)
    {
        for (TimeSpan end = Now + TimeSpan.FromSeconds(seconds); Now < end;)
        {
            Now += TimeSpan.FromSeconds(Math.Min(1, (end - Now).TotalSeconds));
            Processor.Expire(Now);
        }
    }

    void IFrameSink.Send(ReadOnlySpan<byte> frame) => Sent.Add(frame.ToArray());
}
