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
/// <para>
/// The next pause is taken to be like the last: after one that was no longer than <paramref name="spin"/> the loop looks for as long, and after a longer one
/// it sleeps at once. So round trips are not slowed by waking, and a stack with a packet now and then costs nothing.
/// </para>
/// <para>
/// A pause that was slept through seems longer than it was, by the time of waking, which alone may be longer than the spin. So after one that was not much
/// longer the loop looks too; each time that this is in vain it waits twice as many pauses before it tries again.
/// </para>
/// </remarks>
/// <param name="spin">Zero: it always sleeps.</param>
internal struct PauseBetweenPackets(TimeSpan spin)
{
    /// <summary>A pause of so many spins may have been a short one and a long waking.</summary>
    private const int Doubtful = 4;

    private const int MostPausesBetweenTries = 64;

    private TimeSpan _quietSince;
    private int _pausesBetweenTries, _pausesToTry;
    private bool _isQuiet, _looks;

    internal Pause After(bool received, TimeSpan now)
    {
        if (received)
        {
            _looks = !_isQuiet || ExpectsShort(now - _quietSince);
            _isQuiet = false;
            return Pause.None;
        }

        if (!_isQuiet)
            _quietSince = now;
        _isQuiet = true;
        return _looks && now - _quietSince < spin ? Pause.Look : Pause.Sleep;
    }

    private bool ExpectsShort(TimeSpan last)
    {
        if (last <= spin)
        {
            (_pausesBetweenTries, _pausesToTry) = (0, 0);
            return true;
        }

        if (last > Doubtful * spin || _pausesToTry-- > 0)
            return false;
        _pausesBetweenTries = Math.Clamp(2 * _pausesBetweenTries, 1, MostPausesBetweenTries);
        _pausesToTry = _pausesBetweenTries;
        return true;
    }
}
