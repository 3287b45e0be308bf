namespace Weir.TcpIp.Devices;

/// <summary>Sebastiano Vigna's splitmix64: small, and the same for the same seed on every machine and version. Not for secrets.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0, below 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    public uint Below(uint limit) => (uint)(((Next() >> 32) * limit) >> 32);

    /// <summary>Draws even when the chance is 0, so that a changed condition does not change what befalls later packets.</summary>
    public bool Chance(double chance) => NextDouble() < chance;
}
