namespace Weir.Policy;

/// <summary>A rule's applications as bits; empty means any.</summary>
internal readonly record struct ApplicationSet(uint Bits)
{
    private static readonly Application[] s_known = Enum.GetValues<Application>();

    /// <summary>How many applications there are, <see cref="Application.Unknown"/> included; at most 32.</summary>
    public static int Count => s_known.Length;

    public static ApplicationSet Of(IEnumerable<Application> applications)
    {
        var bits = 0u;
        foreach (var application in applications) bits |= Bit(application);
        return new ApplicationSet(bits);
    }

    public bool IsAny => Bits == 0;

    public bool Contains(Application application) => (Bits & Bit(application)) != 0;

    public bool Covers(ApplicationSet other) => IsAny || (!other.IsAny && (other.Bits & ~Bits) == 0);

    /// <summary>For each application of the set, remembers <paramref name="rule"/> if it is earlier than what is there.</summary>
    public void TakeEarlier(Span<int> firsts, int rule)
    {
        for (var i = 0; i < firsts.Length; i++)
        {
            if ((Bits & (1u << i)) != 0 && rule < firsts[i]) firsts[i] = rule;
        }
    }

    /// <summary>A number that is no application counts as Unknown.</summary>
    private static uint Bit(Application application)
    {
        for (var i = 1; i < s_known.Length; i++)
        {
            if (s_known[i] == application) return 1u << i;
        }

        return 1;
    }
}
