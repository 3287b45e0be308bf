using System.Threading.Channels;
using Weir.Enforcer;

namespace Weir.Agent.DataPath;

/// <summary>Carries an enforcer's events to the sink, in order, until the enforcer is disposed.</summary>
internal sealed class EventPump
{
    private readonly ChannelReader<FlowEvent> _events;
    private readonly Task _pumping;
    private volatile bool _isBusy;

    public EventPump(int loops, ChannelReader<FlowEvent> events, FlowSink sink)
    {
        _events = events;
        _pumping = Task.Run(() => PumpAsync(loops, sink));
    }

    /// <summary>Ends when the enforcer has completed its events and all are delivered.</summary>
    public Task Completion => _pumping;

    /// <summary>Nothing waits and nothing is being delivered.</summary>
    public bool IsIdle => !_isBusy && (!_events.CanCount || _events.Count == 0);

    private async Task PumpAsync(int loops, FlowSink sink)
    {
        while (await _events.WaitToReadAsync())
        {
            _isBusy = true;
            while (_events.TryRead(out var flow))
                sink(loops, flow);
            _isBusy = false;
        }
    }
}
