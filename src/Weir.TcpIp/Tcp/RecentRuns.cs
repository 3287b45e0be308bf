using System.Runtime.CompilerServices;
using Weir.TcpIp.Tcp.Options;

namespace Weir.TcpIp.Tcp;

/// <summary>RFC 2018 4: the first SACK block has the data that came last, the next ones what was reported before. A mutable struct, a field of the receiving half.</summary>
/// <remarks>Kept is one stream index of each block; the run that it lies in now is looked up when the option is written.</remarks>
internal struct RecentRuns
{
    private Indexes _recent;
    private int _count;

    /// <summary>RFC 2883 4: what came twice is told once, before all else.</summary>
    private (uint Left, uint Right) _duplicate;

    /// <summary>There is something to tell.</summary>
    public readonly bool HasDuplicate => _duplicate.Left != _duplicate.Right;

    public void Received(ulong index)
    {
        _count = Math.Min(_count + 1, SegmentOptions.MaxSackBlocks);
        for (int i = _count - 1; i > 0; i--)
            _recent[i] = _recent[i - 1];
        _recent[0] = index;
    }

    public void Duplicate(uint left, uint right) => _duplicate = (left, right);

    /// <summary>Fills in blocks, newest first, and then others from the front; <paramref name="zero"/> is the sequence number of stream index 0.</summary>
    public int Fill(Span<(uint Left, uint Right)> blocks, ReadOnlySpan<(ulong Start, ulong End)> runs, uint zero)
    {
        int filled = 0;
        if (HasDuplicate && blocks.Length > 0)
            blocks[filled++] = _duplicate;
        _duplicate = default;
        for (int i = 0; i < _count && filled < blocks.Length; i++)
        {
            int run = Find(runs, _recent[i]);
            if (run >= 0)
                Add(blocks, ref filled, runs[run], zero);
        }

        for (int run = 0; run < runs.Length && run < SegmentOptions.MaxSackBlocks && filled < blocks.Length; run++)
            Add(blocks, ref filled, runs[run], zero);
        return filled;
    }

    private static void Add(Span<(uint Left, uint Right)> blocks, ref int filled, (ulong Start, ulong End) run, uint zero)
    {
        (uint Left, uint Right) block = (zero + (uint)run.Start, zero + (uint)run.End);
        if (!blocks[..filled].Contains(block))
            blocks[filled++] = block;
    }

    /// <summary>The run that a stream index lies in; -1: none.</summary>
    public static int Find(ReadOnlySpan<(ulong Start, ulong End)> runs, ulong index)
    {
        int low = 0;
        int high = runs.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (index < runs[middle].Start)
                high = middle - 1;
            else if (index >= runs[middle].End)
                low = middle + 1;
            else
                return middle;
        }

        return -1;
    }

    [InlineArray(SegmentOptions.MaxSackBlocks)]
    private struct Indexes
    {
        private ulong _first;
    }
}
