namespace Weir.Stack;

/// <summary>The way through a loop's gate for who comes often: the loop holds it for a whole turn, and sees here that somebody waits.</summary>
/// <remarks>
/// A lock that is let go and taken again at once is never free for a thread that sleeps until it is. So who found it taken is counted, and the loop, between
/// two packets, stands back until one of them is in. Streams that keep up with the network were half as fast without: their reads waited for turns of up to 1 MiB.
/// </remarks>
internal sealed class Turnstile(Lock gate)
{
    /// <summary>The first ten looks are close together, the others give the processor away. Who sleeps longer than that takes the gate at a later packet.</summary>
    private const int MostLooks = 20;

    private int _waiting;

    /// <summary>Somebody found the gate taken, and is not in yet.</summary>
    internal bool IsWaitedFor => Volatile.Read(ref _waiting) > 0;

    /// <summary>Takes the gate, to be let go as any lock.</summary>
    internal void Enter()
    {
        if (gate.TryEnter())
            return;
        Interlocked.Increment(ref _waiting);
        gate.Enter();
        Interlocked.Decrement(ref _waiting);
    }

    /// <summary>Under the gate: lets one in who waits for it, and holds it again.</summary>
    internal void StandBack()
    {
        var before = Volatile.Read(ref _waiting);
        gate.Exit();
        for (var looks = new SpinWait(); looks.Count < MostLooks && Volatile.Read(ref _waiting) == before;)
            looks.SpinOnce(sleep1Threshold: -1);
        gate.Enter();
    }
}
