using System.Globalization;
using Weir.TcpIp.Streams;

namespace Weir.Bench;

/// <summary>ByteStream and Reassembler as the speed tests of Stanford's CS144 measure them: capacity 32768, chunks of 1500 bytes.</summary>
internal static class StreamsBench
{
    private const int Capacity = 32768;
    private const int Chunk = 1500;

    /// <summary>The runtime compiles a method anew, with what it has seen of it, only after 100 ms without new methods: until then one measures code that nobody runs for long.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <param name="arguments">Rounds (21).</param>
    public static int Run(string[] arguments)
    {
        int rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 21;
        byte[] data = new byte[10_000_000];
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = (byte)(i * 7);
        }

        byte[] read = new byte[data.Length];
        Console.WriteLine($"Gbit/s, {rounds} rounds, medians (lowest, highest)");
        foreach (int size in (int[])[4096, 128, 32])
        {
            Measure($"ByteStream, writes of {Chunk}, reads of {size}", rounds, data, read, () => Stream(data, read, size));
        }

        Measure("Reassembler, no overlap", rounds, data.AsSpan(0, 1_500_000).ToArray(), read, () => Reassemble(data.AsSpan(0, 1_500_000), read, Chunk));
        Measure("Reassembler, 10 times overlap", rounds, data.AsSpan(0, 1_500_000).ToArray(), read, () => Reassemble(data.AsSpan(0, 1_500_000), read, Chunk / 10));
        return 0;
    }

    private static void Measure(string name, int rounds, byte[] expected, byte[] read, Action run)
    {
        List<double> rates = [];
        long begin = TimeProvider.System.GetTimestamp();
        while (rates.Count < rounds)
        {
            bool isWarm = TimeProvider.System.GetElapsedTime(begin) > WarmUp;
            Array.Clear(read);
            long start = TimeProvider.System.GetTimestamp();
            run();
            double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            if (!read.AsSpan(0, expected.Length).SequenceEqual(expected))
            {
                throw new InvalidOperationException($"{name}: other bytes came out");
            }

            if (isWarm)
            {
                rates.Add(expected.Length * 8 / seconds / 1e9);
            }
        }

        rates.Sort();
        Console.WriteLine($"{name,-44} {rates[rates.Count / 2],7:F1} ({rates[0]:F1}, {rates[^1]:F1})");
    }

    // One write if it fits and one read in turns, as the course does.
    private static void Stream(byte[] data, byte[] read, int readSize)
    {
        var stream = new ByteStream(Capacity);
        int written = 0;
        int done = 0;
        while (!stream.IsFinished)
        {
            int next = Math.Min(Chunk, data.Length - written);
            if (next == 0)
            {
                stream.Close();
            }
            else if (next <= stream.AvailableCapacity)
            {
                written += stream.Push(data.AsSpan(written, next));
            }

            var piece = stream.Peek();
            piece = piece[..Math.Min(piece.Length, readSize)];
            piece.CopyTo(read.AsSpan(done));
            done += piece.Length;
            stream.Pop(piece.Length);
        }
    }

    // Blocks of the capacity, each inserted from its back to its front.
    private static void Reassemble(ReadOnlySpan<byte> data, byte[] read, int step)
    {
        const int Block = Capacity - (Capacity % Chunk);
        var reassembler = new Reassembler(new ByteStream(Capacity));
        for (int block = 0; block < data.Length; block += Block)
        {
            int end = Math.Min(block + Block, data.Length);
            for (int at = end - Chunk; at >= block; at -= step)
            {
                reassembler.Insert((ulong)at, data.Slice(at, Chunk), at + Chunk == data.Length);
            }

            while (reassembler.Output.BytesBuffered > 0)
            {
                reassembler.Output.Read(read.AsSpan((int)reassembler.Output.BytesPopped, reassembler.Output.BytesBuffered));
            }
        }
    }
}
