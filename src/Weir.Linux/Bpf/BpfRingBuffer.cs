using System.Runtime.InteropServices;

namespace Weir.Linux.Bpf;

/// <summary>Takes one record of a ring buffer; the bytes are the kernel's memory and good only until it returns.</summary>
public delegate void BpfRecord(ReadOnlySpan<byte> record);

/// <summary>The reader of a map of type RINGBUF: records that programs wrote with <c>bpf_ringbuf_output</c>, in order, without copies and system calls while there are some.</summary>
/// <remarks>
/// One reader at a time. The kernel's memory layout (kernel/bpf/ringbuf.c): a page with the reader's position, a page with the writers' position, and the data
/// twice in a row, so that a record that wraps around can be read in one piece. A record is 8 bytes of header and its data, rounded up to 8.
/// </remarks>
public sealed unsafe class BpfRingBuffer : IDisposable
{
    private const int PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1;
    private const uint BPF_RINGBUF_BUSY_BIT = 1u << 31, BPF_RINGBUF_DISCARD_BIT = 1u << 30;
    private const int HeaderSize = 8;

    private readonly BpfMap map;
    private readonly ulong size;
    private readonly nuint page = (nuint)Environment.SystemPageSize;
    private nint reader;
    private nint writers;

    /// <param name="map">Must live as long as this.</param>
    public BpfRingBuffer(BpfMap map)
    {
        if (map.Shape.Type != BpfMapType.BPF_MAP_TYPE_RINGBUF)
            throw new ArgumentException($"map {map.Shape.Name} is a {map.Shape.Type}", nameof(map));
        this.map = map;
        size = (ulong)map.Shape.MaxEntries;
        reader = MapPages(page, PROT_READ | PROT_WRITE, 0);
        try
        {
            writers = MapPages(page + (2 * (nuint)size), PROT_READ, (long)page);
        }
        catch
        {
            _ = BpfCall.MemoryUnmap(reader, page);
            throw;
        }
    }

    /// <summary>Hands over all records that are complete; returns how many. It does not wait.</summary>
    public int Read(BpfRecord record)
    {
        ObjectDisposedException.ThrowIf(reader == 0, this);
        ref ulong position = ref *(ulong*)reader;
        ulong next = Volatile.Read(ref position);
        int count = 0;
        while (next < Volatile.Read(ref *(ulong*)writers))
        {
            byte* header = (byte*)writers + page + (next & (size - 1));
            uint length = Volatile.Read(ref *(uint*)header);
            // A writer has reserved it and is not done: what comes after it waits too.
            if ((length & BPF_RINGBUF_BUSY_BIT) != 0)
                break;
            uint bytes = length & ~BPF_RINGBUF_DISCARD_BIT;
            if (bytes > size)
                throw new InvalidDataException($"ring buffer {map.Shape.Name} has a record of {bytes} bytes");
            if ((length & BPF_RINGBUF_DISCARD_BIT) == 0)
            {
                record(new ReadOnlySpan<byte>(header + HeaderSize, (int)bytes));
                count++;
            }

            next += (HeaderSize + bytes + 7) / 8 * 8;
            Volatile.Write(ref position, next);
        }

        return count;
    }

    /// <summary>Waits until a program has written and woken the reader.</summary>
    /// <param name="timeout">Rounded up to milliseconds.</param>
    /// <returns>False when the time was over.</returns>
    public bool Wait(TimeSpan timeout)
    {
        const short pollIn = 1;
        var entry = new SystemCalls.PollEntry { Descriptor = map.Descriptor, Events = pollIn };
        int ready = SystemCalls.poll(&entry, 1, (int)Math.Clamp(Math.Ceiling(timeout.TotalMilliseconds), 0, int.MaxValue));
        if (ready < 0 && Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
            throw LinuxException.FromLastCall($"wait for ring buffer {map.Shape.Name}");
        return ready > 0;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref reader, 0) is var first and not 0)
            _ = BpfCall.MemoryUnmap(first, page);
        if (Interlocked.Exchange(ref writers, 0) is var second and not 0)
            _ = BpfCall.MemoryUnmap(second, page + (2 * (nuint)size));
    }

    private nint MapPages(nuint length, int protection, long offset)
    {
        nint address = BpfCall.MemoryMap(0, length, protection, MAP_SHARED, map.Descriptor, offset);
        return address != -1 ? address : throw LinuxException.FromLastCall($"mmap of ring buffer {map.Shape.Name}");
    }
}
