using System.Buffers;

namespace Weir.TcpIp.Streams;

/// <summary>Puts pieces of a stream that come in any order, twice or overlapping, in order into a <see cref="ByteStream"/>.</summary>
/// <remarks>
/// A piece that came too early is kept in the output's own ring, at its place behind the pushed bytes, so that every byte is stored once
/// and copied once. What is kept is a sorted list of runs that neither touch nor overlap: RFC 2018 SACK blocks. Bytes beyond the output's
/// available capacity are dropped, so memory is bounded by its capacity; so are runs, by <see cref="MaxRuns"/>. A byte that is kept is
/// not overwritten by a later copy. Nothing else may push into the output.
/// </remarks>
public sealed class Reassembler(ByteStream output)
{
    /// <summary>A piece that would be a run more is dropped, and comes again: a peer that leaves holes without end costs 16 KiB.</summary>
    public const int MaxRuns = 1024;

    // Room for so many runs is kept once it was needed; more goes back to the pool with the last run.
    private const int SmallList = 16;
    private const int RunSize = 2 * sizeof(ulong);
    private const ulong Unknown = ulong.MaxValue;

    private (ulong Start, ulong End)[] runs = [];
    private int count;
    private int pending;
    private ulong end = Unknown;

    public ByteStream Output => output;

    /// <summary>Bytes kept and not yet pushed, each counted once.</summary>
    public int BytesPending => pending;

    /// <summary>Bytes of the list of runs, once it is more than a few.</summary>
    internal int Allocated => runs.Length > SmallList ? runs.Length * RunSize : 0;

    /// <summary>One run more would take a larger list.</summary>
    internal bool IsListFull => count >= SmallList && count == runs.Length;

    /// <summary>The runs of kept bytes in order: stream index of the first byte, and of the one behind the last.</summary>
    public ReadOnlySpan<(ulong Start, ulong End)> Pending => runs.AsSpan(0, count);

    /// <summary>Takes a piece of the stream, and pushes and closes the output as far as it is whole.</summary>
    /// <param name="firstIndex">Stream index of the first byte.</param>
    /// <param name="data">May be empty.</param>
    /// <param name="isLast">The stream ends behind this piece. The first end that is told is kept; one before what was pushed is none.</param>
    public void Insert(ulong firstIndex, ReadOnlySpan<byte> data, bool isLast)
    {
        ulong next = output.BytesPushed;
        ulong stop = firstIndex + (uint)data.Length;
        if (output.IsClosed || stop < firstIndex)
        {
            return;
        }

        if (isLast && end == Unknown && stop >= next)
        {
            SetEnd(stop);
        }

        ulong start = Math.Max(firstIndex, next);
        stop = Math.Min(stop, Math.Min(next + (uint)output.AvailableCapacity, end));
        if (start < stop)
        {
            Accept(next, start, data.Slice((int)(start - firstIndex), (int)(stop - start)));
        }

        if (output.BytesPushed == end)
        {
            output.Close();
        }
    }

    /// <summary>Forgets what is kept: the peer is gone, or memory is short (RFC 2018 8 allows it).</summary>
    public void Discard()
    {
        count = 0;
        Keep(0);
    }

    private void Accept(ulong next, ulong start, ReadOnlySpan<byte> data)
    {
        if (count == 0 && start == next)
        {
            output.Store(0, data);
            output.Advance(data.Length);
            return;
        }

        AddRun(next, start, data);
        if (runs[0].Start == next)
        {
            output.Advance((int)(runs[0].End - next));
            int first = (int)(runs[0].End - runs[0].Start);
            Replace(0, 1, added: false, default);
            Keep(pending - first);
        }
    }

    // Joins the piece with the runs that it touches (low to high - 1), and copies only what lies between them.
    private void AddRun(ulong next, ulong start, ReadOnlySpan<byte> data)
    {
        ulong stop = start + (uint)data.Length;
        int low = FirstEndingAtOrBehind(start);
        if (low == count || runs[low].Start > stop)
        {
            if (count < MaxRuns || start == next)
            {
                output.Store((int)(start - next), data);
                Replace(low, low, added: true, (start, stop));
                Keep(pending + data.Length);
            }

            return;
        }

        int fresh = 0;
        ulong at = start;
        int high = low;
        for (; high < count && runs[high].Start <= stop; high++)
        {
            fresh += StoreBetween(next, at, runs[high].Start, start, data);
            at = Math.Max(at, runs[high].End);
        }

        fresh += StoreBetween(next, at, stop, start, data);
        Replace(low, high, added: true, (Math.Min(start, runs[low].Start), Math.Max(stop, runs[high - 1].End)));
        Keep(pending + fresh);
    }

    private int StoreBetween(ulong next, ulong from, ulong to, ulong start, ReadOnlySpan<byte> data)
    {
        if (from >= to)
        {
            return 0;
        }

        int length = (int)(to - from);
        output.Store((int)(from - next), data.Slice((int)(from - start), length));
        return length;
    }

    private int FirstEndingAtOrBehind(ulong index)
    {
        // Most pieces continue the last run or lie behind it.
        if (count > 0 && runs[count - 1].End < index)
        {
            return count;
        }

        int low = 0;
        int high = count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (runs[middle].End < index)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    // Puts one run, or none, in the place of runs low to high - 1.
    private void Replace(int low, int high, bool added, (ulong Start, ulong End) run)
    {
        int after = low + (added ? 1 : 0);
        int newCount = count - high + after;
        if (newCount > runs.Length)
        {
            GrowRuns(newCount);
        }

        if (after != high)
        {
            Array.Copy(runs, high, runs, after, count - high);
        }

        if (added)
        {
            runs[low] = run;
        }

        count = newCount;
    }

    private void GrowRuns(int size)
    {
        var larger = size <= SmallList ? new (ulong Start, ulong End)[SmallList] : ArrayPool<(ulong Start, ulong End)>.Shared.Rent(size);
        runs.AsSpan(0, count).CopyTo(larger);
        ReturnLargeList();
        runs = larger;
    }

    private void ReturnLargeList()
    {
        if (runs.Length > SmallList)
        {
            ArrayPool<(ulong Start, ulong End)>.Shared.Return(runs);
            runs = [];
        }
    }

    private void Keep(int bytes)
    {
        pending = bytes;
        output.Hold(bytes);
        if (count == 0)
        {
            ReturnLargeList();
        }
    }

    private void SetEnd(ulong index)
    {
        end = index;
        int dropped = 0;
        while (count > 0 && runs[count - 1].End > end)
        {
            ref var last = ref runs[count - 1];
            ulong from = Math.Max(last.Start, end);
            dropped += (int)(last.End - from);
            last.End = from;
            count -= last.Start == from ? 1 : 0;
        }

        if (dropped > 0)
        {
            Keep(pending - dropped);
        }
    }
}
