namespace Weir.TcpIp.Streams;

/// <summary>A TCP sequence number, RFC 9293 3.4: 32 bits that start anywhere and wrap.</summary>
/// <remarks>The comparisons are modulo 2^32, as RFC 9293 has them: a is less than b if it lies in the half circle before b.</remarks>
public readonly record struct SequenceNumber(uint Value)
{
    /// <summary>The number of the absolute position <paramref name="n"/> of a stream whose first number is <paramref name="zero"/>.</summary>
    public static SequenceNumber Wrap(ulong n, SequenceNumber zero) => new(zero.Value + (uint)n);

    /// <summary>The absolute position with this number that is closest to <paramref name="checkpoint"/>; of two equally close ones the lower.</summary>
    public ulong Unwrap(SequenceNumber zero, ulong checkpoint)
    {
        int distance = (int)(Value - zero.Value - (uint)checkpoint);
        ulong position = checkpoint + (ulong)distance;
        if (distance < 0 && position > checkpoint)
        {
            return position + (1UL << 32);
        }

        return distance > 0 && position < checkpoint ? position - (1UL << 32) : position;
    }

    public static SequenceNumber operator +(SequenceNumber number, uint count) => new(number.Value + count);

    public static SequenceNumber operator -(SequenceNumber number, uint count) => new(number.Value - count);

    /// <summary>The signed way from <paramref name="right"/> to <paramref name="left"/>, less than half a circle.</summary>
    public static int operator -(SequenceNumber left, SequenceNumber right) => (int)(left.Value - right.Value);

    public static bool operator <(SequenceNumber left, SequenceNumber right) => left - right < 0;

    public static bool operator >(SequenceNumber left, SequenceNumber right) => left - right > 0;

    public static bool operator <=(SequenceNumber left, SequenceNumber right) => left - right <= 0;

    public static bool operator >=(SequenceNumber left, SequenceNumber right) => left - right >= 0;

    public override string ToString() => Value.ToString();
}
