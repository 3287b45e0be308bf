namespace Weir.Stack;

/// <summary>What a loop does before its next turn.</summary>
internal enum Pause
{
    /// <summary>There was something: there may be more.</summary>
    None,
    /// <summary>The next packet is expected at once.</summary>
    Look,
    Sleep,
}

/// <summary>Whether to look for the next packet or to sleep until it comes. A mutable struct.</summary>
/// <remarks>
/// The next pause is taken to be like the last: after one that was no longer than <paramref name="spin"/> the loop looks for as long, and after a longer one
/// it sleeps at once. So round trips are not slowed by waking, and a stack with a packet now and then costs nothing.
/// </remarks>
/// <param name="spin">Zero: it always sleeps.</param>
internal struct PauseBetweenPackets(TimeSpan spin)
{
    private TimeSpan _quietSince;
    private bool _isQuiet, _wasShort;

    internal Pause After(bool received, TimeSpan now)
    {
        if (received)
        {
            _wasShort = !_isQuiet || now - _quietSince <= spin;
            _isQuiet = false;
            return Pause.None;
        }

        if (!_isQuiet)
            _quietSince = now;
        _isQuiet = true;
        return _wasShort && now - _quietSince < spin ? Pause.Look : Pause.Sleep;
    }
}
