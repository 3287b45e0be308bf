using Weir.TcpIp.Streams;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Streams;

public class SequenceNumberTests
{
    private const ulong Circle = 1UL << 32;

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(3 * Circle, 0, 0)]
    [InlineData((3 * Circle) + 17, 15, 32)]
    [InlineData((7 * Circle) - 2, 15, 13)]
    [InlineData(ulong.MaxValue, 1, 0)]
    public void A_position_wraps_to_a_number(ulong n, uint zero, uint expected) =>
        Assert.Equal(expected, SequenceNumber.Wrap(n, new(zero)).Value);

    [Theory]
    [InlineData(1, 0, 0, 1)]
    [InlineData(1, 0, uint.MaxValue, Circle + 1)]
    [InlineData(uint.MaxValue - 1, 0, 3 * Circle, (3 * Circle) - 2)]
    [InlineData(uint.MaxValue - 10, 0, 3 * Circle, (3 * Circle) - 11)]
    [InlineData(uint.MaxValue, 10, 3 * Circle, (3 * Circle) - 11)]
    [InlineData(uint.MaxValue, 0, 0, uint.MaxValue)]
    [InlineData(16, 16, 0, 0)]
    [InlineData(15, 16, 0, uint.MaxValue)]
    [InlineData(0, 0, (ulong)int.MaxValue, 0)]
    [InlineData(uint.MaxValue, int.MaxValue, 0, 1UL << 31)]
    [InlineData(5, 0, ulong.MaxValue - 5, ulong.MaxValue - uint.MaxValue + 5)]
    public void A_number_unwraps_to_the_closest_position(uint value, uint zero, ulong checkpoint, ulong expected) =>
        Assert.Equal(expected, new SequenceNumber(value).Unwrap(new(zero), checkpoint));

    [Fact]
    public void Wrapping_and_unwrapping_gives_the_position_back()
    {
        var random = new SeededGenerator(1);
        for (int i = 0; i < 100_000; i++)
        {
            var zero = new SequenceNumber(random.NextUInt32());
            ulong position = (ulong)random.NextUInt128() >> random.Next(1, 32);
            long distance = random.Next(int.MinValue + 1, int.MaxValue);
            ulong checkpoint = distance < 0 && position < (ulong)-distance ? 0 : position + (ulong)distance;
            if (position - checkpoint < 1UL << 31 || checkpoint - position < 1UL << 31)
            {
                Assert.Equal(position, SequenceNumber.Wrap(position, zero).Unwrap(zero, checkpoint));
            }
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(uint.MaxValue, 0)]
    [InlineData(uint.MaxValue, 2_000_000_000)]
    [InlineData(0x8000_0001, 0)]
    public void Numbers_are_compared_around_the_circle(uint lower, uint higher)
    {
        SequenceNumber low = new(lower), high = new(higher);

        Assert.True(low < high && high > low && low <= high && high >= low);
        Assert.False(high < low || low > high || high <= low || low >= high);
        Assert.True(low - high < 0);
    }

    [Fact]
    public void Sums_wrap()
    {
        Assert.Equal(new SequenceNumber(4), new SequenceNumber(uint.MaxValue) + 5);
        Assert.Equal(new SequenceNumber(uint.MaxValue), new SequenceNumber(4) - 5);
        Assert.Equal(5, new SequenceNumber(4) - new SequenceNumber(uint.MaxValue));
    }
}
