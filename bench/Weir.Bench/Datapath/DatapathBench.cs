using System.Buffers.Binary;
using System.Net;
using Weir.Enforcer;
using Weir.Enforcer.Datapath;
using Weir.Enforcer.Events;
using Weir.Policy;

namespace Weir.Bench.Datapath;

/// <summary>The engine alone, in memory, on one core: frames of known sessions, frames that each open a session, bytes that a session takes.</summary>
internal static class DatapathBench
{
    private const int Rounds = 5;

    public static int Run(string[] arguments)
    {
        Console.WriteLine($"known UDP sessions, 64-byte frames: {Best(KnownSessions) / 1e6:0.00} million frames/s");
        Console.WriteLine($"a new UDP session on every frame:   {Best(NewSessions) / 1e3:0} thousand sessions/s");
        Console.WriteLine($"memory of a session:                {BytesPerSession():0} bytes (65536 sessions, table, wheel and buckets included)");
        return 0;
    }

    private static double Best(Func<double> measure) => Enumerable.Range(0, Rounds).Max(_ => measure());

    private static double KnownSessions()
    {
        var (processor, events) = NewProcessor();
        byte[][] frames = [.. Enumerable.Range(0, 1000).Select(i => Frame((uint)i, (ushort)(1024 + i)))];
        return Rate(3_000_000, i => processor.ReceiveInline(frames[i % frames.Length], TimeSpan.FromTicks(i)), processor, events);
    }

    private static double NewSessions()
    {
        var (processor, events) = NewProcessor();
        byte[] frame = Frame(0, 0);
        return Rate(1_000_000, i =>
        {
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(26), 0x0B00_0000 + (uint)i);
            processor.ReceiveInline(frame, TimeSpan.FromMicroseconds(i * 5));
        }, processor, events);
    }

    private static double BytesPerSession()
    {
        const int sessions = 65_536;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var queue = new EventQueue(1);
        var processor = NewProcessor(queue);
        long empty = GC.GetTotalMemory(forceFullCollection: true);
        byte[] frame = Frame(0, 0);
        for (uint i = 0; i < sessions; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(26), 0x0B00_0000 + i);
            processor.ReceiveInline(frame, TimeSpan.Zero);
        }
        long after = GC.GetTotalMemory(forceFullCollection: true);
        // The buckets are there from the beginning; all other fixed parts (ports, fragments, drops) do not grow with the sessions.
        double perSession = ((after - empty) / (double)sessions) + sizeof(int);
        Console.WriteLine($"fixed memory of a loop:             {(empty - before) / 1024.0 / 1024.0:0.0} MiB; sessions now {processor.Table.Count}");
        return perSession;
    }

    private static double Rate(int count, Action<int> step, FrameProcessor processor, EventQueue events)
    {
        long start = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            step(i);
            if ((i & 1023) != 0)
                continue;
            processor.Expire(TimeSpan.FromMicroseconds(i));
            while (events.Reader.TryRead(out _))
            {
            }
        }
        return count / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static (FrameProcessor Processor, EventQueue Events) NewProcessor()
    {
        var events = new EventQueue(16_384);
        return (NewProcessor(events), events);
    }

    private static FrameProcessor NewProcessor(EventQueue events)
    {
        var processor = new FrameProcessor(new EnforcerOptions(), events, null, new NoSink(), TimeSpan.Zero);
        processor.AddPort(new EnforcerPort(BenchFrame.PortId, "api", "eth0", [2, 0, 0, 0, 0, 1]));
        processor.Use(BenchFrame.Policy());
        return processor;
    }

    private static byte[] Frame(uint source, ushort port) => BenchFrame.Udp(0x0A00_0000 + source, port);

    private sealed class NoSink : IFrameSink
    {
        public void Send(ReadOnlySpan<byte> frame)
        {
        }
    }
}

/// <summary>The frames and the policy that the data path is measured with.</summary>
internal static class BenchFrame
{
    public const ushort PortId = 7;

    /// <summary>A UDP frame of 64 bytes on its way to the workload 10.9.0.2.</summary>
    public static byte[] Udp(uint source, ushort sourcePort)
    {
        byte[] frame = new byte[64];
        byte[] addresses = [0x56, 0x45, 0x49, 0x52, 0, (byte)PortId, 2, 0, 0, 0, 0, 9, 8, 0];
        addresses.CopyTo(frame, 0);
        Span<byte> packet = frame.AsSpan(14);
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        (packet[8], packet[9]) = (64, 17);
        BinaryPrimitives.WriteUInt32BigEndian(packet[12..], source);
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], 0x0A09_0002);
        BinaryPrimitives.WriteUInt16BigEndian(packet[20..], sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(packet[22..], 9000);
        BinaryPrimitives.WriteUInt16BigEndian(packet[24..], (ushort)(packet.Length - 20));
        return frame;
    }

    /// <summary>Protect mode with eleven rules, of which the last lets the frames pass.</summary>
    public static PolicyModel Policy() => PolicyModel.Compile(
        new PolicyConfig
        {
            Groups = [new PolicyGroup { Name = "api", Mode = PolicyMode.Protect }],
            Rules =
            [
                .. Enumerable.Range(1, 10).Select(i => new PolicyRule { Id = i, From = "any", To = "api", Ports = [$"udp/{i}"], Action = RuleAction.Deny }),
                new PolicyRule { Id = 11, From = "any", To = "api", Ports = ["udp/9000"], Action = RuleAction.Allow },
            ],
        },
        [new PolicyWorkload { Name = "api", Addresses = [IPAddress.Parse("10.9.0.2")] }],
        1);
}
