using System.Threading.Channels;

namespace Weir.Enforcer.Events;

/// <summary>Between the packet loops and the reader of events: bounded, and never waited for.</summary>
internal sealed class EventQueue
{
    private readonly Channel<FlowEvent> _channel;
    private long _merged;
    private long _lost;

    public EventQueue(int capacity) => _channel = Channel.CreateBounded<FlowEvent>(new BoundedChannelOptions(capacity)
    {
        FullMode = BoundedChannelFullMode.Wait,
        SingleReader = true,
        AllowSynchronousContinuations = false,
    });

    public ChannelReader<FlowEvent> Reader => _channel.Reader;

    public ulong Merged => (ulong)Volatile.Read(ref _merged);

    public ulong Lost => (ulong)Volatile.Read(ref _lost);

    public bool TryWrite(in FlowEvent flowEvent) => _channel.Writer.TryWrite(flowEvent);

    /// <summary>An event that will be told with a later one.</summary>
    public void CountMerged() => Interlocked.Increment(ref _merged);

    public void CountLost() => Interlocked.Increment(ref _lost);

    public void Complete() => _channel.Writer.TryComplete();
}
