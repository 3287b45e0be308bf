using Weir.TcpIp.Tcp.Options;

namespace Weir.TcpIp.Tcp.Security;

/// <summary>RFC 4987 3.6: under a flood of SYNs nothing is stored; what is needed comes back in the ACK.</summary>
/// <remarks>
/// Our initial sequence number is 5 bits of time, 3 of segment size and 24 of a keyed hash. Window scale, SACK and ECN go into the lowest
/// six bits of the timestamp that the peer echoes, as in net/ipv4/syncookies.c; without timestamps they are given up.
/// </remarks>
internal readonly struct SynCookies(UInt128 key)
{
    private const long Period = 64 * TimeSpan.TicksPerSecond;
    private const int TimeMask = 31;
    private const int OptionBits = 6;
    private const uint NoScale = 15;

    private readonly SipHash _hash = new(key);

    private static ReadOnlySpan<ushort> SegmentSizes => [536, 1024, 1220, 1360, 1440, 1460, 4312, 8960];

    public uint Make(in FourTuple tuple, in ArrivedSegment syn)
    {
        int size = 0;
        while (size < SegmentSizes.Length - 1 && SegmentSizes[size + 1] <= syn.Options.Mss)
            size++;
        return Number(tuple, syn.Sequence, Time(syn.Now), size);
    }

    /// <summary>Is the ACK an answer to a cookie that is not older than two periods? Then what the SYN said.</summary>
    public bool TryCheck(in FourTuple tuple, in ArrivedSegment ack, out ushort mss)
    {
        uint cookie = ack.Acknowledgment - 1;
        int size = (int)(cookie >> 24) & 7;
        mss = SegmentSizes[size];
        for (long time = Time(ack.Now); time >= 0 && time >= Time(ack.Now) - 1; time--)
        {
            if (Number(tuple, ack.Sequence - 1, time, size) == cookie)
                return true;
        }

        return false;
    }

    /// <summary>The timestamp of the SYN,ACK: ours, or a little older, with the options in it.</summary>
    public static uint Timestamp(uint clock, in SegmentOptions options, bool ecn)
    {
        uint bits = (options.HasWindowScale ? options.WindowScale : NoScale) | (options.SackPermitted ? 16u : 0) | (ecn ? 32u : 0);
        uint value = (clock & ~((1u << OptionBits) - 1)) | bits;
        return (int)(value - clock) > 0 ? value - (1u << OptionBits) : value;
    }

    public static void ReadTimestamp(uint echo, ref SegmentOptions options, out bool ecn)
    {
        uint scale = echo & 15;
        options.HasWindowScale = scale != NoScale;
        options.WindowScale = (byte)Math.Min(options.HasWindowScale ? scale : 0, 14);
        options.SackPermitted = (echo & 16) != 0;
        ecn = (echo & 32) != 0;
    }

    private static long Time(long now) => now / Period;

    private uint Number(in FourTuple tuple, uint irs, long time, int size)
    {
        ulong hash = _hash.Compute(
            (ulong)tuple.LocalAddress, (ulong)(tuple.LocalAddress >> 64), (ulong)tuple.RemoteAddress, (ulong)(tuple.RemoteAddress >> 64),
            tuple.Ports | ((ulong)irs << 32), (ulong)time, (ulong)size);
        return ((uint)(time & TimeMask) << 27) | ((uint)size << 24) | (uint)(hash & 0xFF_FFFF);
    }
}
