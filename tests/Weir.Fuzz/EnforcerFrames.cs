using Weir.Enforcer;
using Weir.Enforcer.Datapath;
using Weir.Enforcer.Events;
using Weir.Policy;

namespace Weir.Fuzz;

/// <summary>Frames through the whole data path, with the policy and the time moving: nothing is thrown, the session table stays in its bound.</summary>
public static class EnforcerFrames
{
    private const int MaxSessions = 1024;
    private static readonly EventQueue Queue = new(256);
    private static readonly FrameProcessor Processor = NewProcessor();
    private static readonly byte[] Marker = [0x56, 0x45, 0x49, 0x52, 0, 7];
    private static TimeSpan _now;
    private static uint _generation;

    public static void Run(ReadOnlySpan<byte> input)
    {
        _now += TimeSpan.FromMilliseconds(1);
        if (_now.Ticks / TimeSpan.TicksPerMillisecond % 1024 == 1)
            Processor.Use(Model((PolicyMode)(_generation % 3)));

        byte[] frame = input.ToArray();
        if (frame.Length >= 12)
            Marker.CopyTo(frame, input[^1] % 2 * 6);
        Processor.ReceiveInline(frame, _now);
        Processor.ReceiveTap(7, fromWorkload: false, input, _now);
        Processor.Expire(_now);
        while (Queue.Reader.TryRead(out _))
        {
        }
        Require.That(Processor.Table.Count <= MaxSessions, "the session table is larger than its bound");
    }

    private static FrameProcessor NewProcessor()
    {
        var processor = new FrameProcessor(new EnforcerOptions { MaxSessions = MaxSessions }, Queue, null, new Sink(), TimeSpan.Zero);
        processor.AddPort(new EnforcerPort(7, "api", "eth0", [2, 0, 0, 0, 0, 1]));
        return processor;
    }

    private static PolicyModel Model(PolicyMode mode) => PolicyModel.Compile(
        new PolicyConfig
        {
            DefaultMode = mode,
            Rules = [new PolicyRule { Id = 1, From = "any", To = "any", Applications = [Application.Http, Application.Dns], Action = RuleAction.Allow }],
        },
        [new PolicyWorkload { Name = "api" }],
        ++_generation);

    private sealed class Sink : IFrameSink
    {
        public void Send(ReadOnlySpan<byte> frame)
        {
        }
    }
}
