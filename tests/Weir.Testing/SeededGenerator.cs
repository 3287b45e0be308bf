using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Weir.Testing;

/// <summary>Random test input that is the same for the same seed. Put the seed into the assertion's message, so that a failure can be repeated.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Repeatable is the point.")]
public sealed class SeededGenerator(int seed)
{
    private readonly Random _random = new(seed);

    public int Seed { get; } = seed;

    /// <summary>At least <paramref name="minimum"/>, below <paramref name="limit"/>.</summary>
    public int Next(int minimum, int limit) => _random.Next(minimum, limit);

    public ushort NextUInt16() => (ushort)_random.Next(ushort.MaxValue + 1);

    public uint NextUInt32() => (uint)_random.NextInt64(1L + uint.MaxValue);

    public UInt128 NextUInt128()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>True in <paramref name="percent"/> of a hundred cases.</summary>
    public bool Chance(int percent) => _random.Next(100) < percent;

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    public byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Random length, below <paramref name="limit"/>, and content.</summary>
    public byte[] BytesBelow(int limit) => Bytes(_random.Next(limit));

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);

    /// <summary>A copy with some of its bytes changed: finds more in a parser than pure noise does.</summary>
    public byte[] Mutate(ReadOnlySpan<byte> original)
    {
        byte[] bytes = original.ToArray();
        for (int changes = _random.Next(1, 5); changes > 0 && bytes.Length > 0; changes--)
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        return bytes;
    }
}
