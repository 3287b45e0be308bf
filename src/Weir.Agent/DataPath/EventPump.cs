using System.Threading.Channels;
using Weir.Enforcer;

namespace Weir.Agent.DataPath;

/// <summary>Carries an enforcer's events to the sink, in order, until the enforcer is disposed.</summary>
internal sealed class EventPump
{
    private readonly Lock _turn = new();
    private readonly ChannelReader<FlowEvent> _events;
    private readonly Task _pumping;
    private TaskCompletionSource? _idle;
    private bool _isBusy;

    public EventPump(int loops, ChannelReader<FlowEvent> events, FlowSink sink)
    {
        _events = events;
        _pumping = Task.Run(() => PumpAsync(loops, sink));
    }

    /// <summary>Ends when the enforcer has completed its events and all are delivered.</summary>
    public Task Completion => _pumping;

    /// <summary>Ends when nothing waits and nothing is being delivered: all that was written before the call has reached the sink.</summary>
    public Task IdleAsync()
    {
        lock (_turn)
        {
            if (_pumping.IsCompleted || (!_isBusy && _events.Count == 0))
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return Task.WhenAny(_idle.Task, _pumping);
        }
    }

    private async Task PumpAsync(int loops, FlowSink sink)
    {
        while (await _events.WaitToReadAsync())
        {
            lock (_turn)
                _isBusy = true;
            while (_events.TryRead(out var flow))
                sink(loops, flow);
            lock (_turn)
            {
                // Else one came just now: this goes round again, and those who wait for it are told then.
                _isBusy = _events.Count > 0;
                if (!_isBusy)
                {
                    _idle?.TrySetResult();
                    _idle = null;
                }
            }
        }
    }
}
