namespace Weir.TcpIp.Ip;

/// <summary>Identifications of packets that may be fragmented: RFC 6864 4.2 (unique for source, destination and protocol while a packet may live), RFC 7739 5.3 (not to be guessed).</summary>
/// <remarks>Counters are chosen by a keyed hash of the three, and begin at random: one destination can't see how much another one is sent.</remarks>
internal sealed class IdentificationCounters
{
    private const int Counters = 1024;
    private readonly uint[] _counters = new uint[Counters];
    private readonly ulong _key;

    public IdentificationCounters(Func<uint> random)
    {
        _key = ((ulong)random() << 32) | random();
        foreach (ref uint counter in _counters.AsSpan())
            counter = random();
    }

    /// <summary>The next one; IPv4 takes the lower 16 bits.</summary>
    public uint Next(UInt128 source, UInt128 destination, byte protocol)
    {
        ulong hash = _key;
        hash = Mix(hash ^ (ulong)source ^ ((ulong)protocol << 56));
        hash = Mix(hash ^ (ulong)(source >> 64));
        hash = Mix(hash ^ (ulong)destination);
        hash = Mix(hash ^ (ulong)(destination >> 64) ^ _key);
        return _counters[hash % Counters]++;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
