using Xunit;

namespace Weir.Testing;

/// <summary>Waiting for a real kernel or process: asks again until it is so, or the deadline is over.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Returns as soon as <paramref name="condition"/> holds; fails the test after <paramref name="deadline"/>.</summary>
    public static void True(TimeSpan deadline, Func<bool> condition, string what = "the condition")
    {
        if (!Within(deadline, condition))
            Assert.Fail($"Not within {deadline.TotalSeconds:0.###} s: {what}");
    }

    /// <summary>Returns the first value that is not null; fails the test after <paramref name="deadline"/>.</summary>
    public static T NotNull<T>(TimeSpan deadline, Func<T?> read, string what = "a value")
        where T : class
    {
        T? value = null;
        True(deadline, () => (value = read()) is not null, what);
        return value!;
    }

    /// <summary>True as soon as <paramref name="condition"/> holds, false after <paramref name="deadline"/>.</summary>
    public static bool Within(TimeSpan deadline, Func<bool> condition)
    {
        using ManualResetEventSlim never = new();
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (condition())
                return true;
            if (TimeProvider.System.GetElapsedTime(start) > deadline)
                return false;
            never.Wait(Interval, CancellationToken.None);
        }
    }
}
